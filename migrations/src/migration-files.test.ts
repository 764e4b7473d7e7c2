import { describe, expect, it } from 'vitest'
import { readMigrations } from './migration-files.ts'

describe('the migrations', () => {
  it('keep their recorded names: a migration with a new name would run again', () => {
    expect(readMigrations(new URL('sql/', import.meta.url)).map((it) => it.recordedAs)).toEqual([
      // 0.1.0
      'Identity1764000000001',
      'Operations1764000000002',
      'History1764000000003',
      'SessionExpiry1764000000004',
      // since
      'SessionEndings1764000000005',
      'LoginThrottles1764000000006',
      'Accounts1764000000007',
      'RecordsAndRefresh1764000000008',
    ])
  })
})
