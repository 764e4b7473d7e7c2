import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { History } from './history/history.ts'

const plain = (_key: string, value: unknown) => {
  if (value instanceof Map) return Object.fromEntries(value)
  return value instanceof Set ? [...value] : value
}

/** All that was seen in a row that went wrong, for whoever looks for the cause. @returns where it lies */
export const keepHistory = (history: History) => {
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-faults-')), 'history.json')
  writeFileSync(file, JSON.stringify(history, plain))
  return file
}
