import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createTestDatabase } from '@gatehouse/testkit'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrate } from '../src/migrate.ts'

const newDatabase = async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const client = new pg.Client(database.ownerUrl)
  await client.connect()
  onTestFinished(() => client.end())
  const rowsOf = async (sql: string) => (await client.query(sql)).rows
  return { url: database.ownerUrl, rowsOf }
}

const newFolder = (files: Record<string, string>) => {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-migrations-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  const write = (name: string, sql: string) => writeFileSync(join(path, name), sql)
  for (const [name, sql] of Object.entries(files)) write(name, sql)
  return { folder: pathToFileURL(`${path}/`), write }
}

const first = { '0001-first-one.sql': 'CREATE TABLE first (id integer);' }

describe('the migrate job', () => {
  it('tells of each migration when it begins and when it is done', async () => {
    const { url } = await newDatabase()
    const { folder } = newFolder({ ...first, '0002-second.sql': 'SELECT 1' })
    const told: object[] = []
    const log = { info: (details: object, message: string) => void told.push({ ...details, message }) }
    expect(await migrate(url, { log, folder })).toEqual({
      ran: ['FirstOne1764000000001', 'Second1764000000002'],
      version: 'Second1764000000002',
    })
    expect(told).toEqual([
      { file: '0001-first-one.sql', message: 'migrating' },
      { file: '0001-first-one.sql', seconds: expect.any(Number), message: 'migrated' },
      { file: '0002-second.sql', message: 'migrating' },
      { file: '0002-second.sql', seconds: expect.any(Number), message: 'migrated' },
    ])
  })

  it('names file and line of a mistake, keeps nothing of it, and goes on from there once it is mended', async () => {
    const { url, rowsOf } = await newDatabase()
    const { folder, write } = newFolder(first)
    write('0002-second.sql', 'CREATE TABLE second (id integer);\n\nALTER TABLE first\n  DROP COLUMN absent;\n')
    await expect(migrate(url, { folder })).rejects.toThrow(/^0002-second\.sql: column "absent" of relation "first"/)
    write('0002-second.sql', 'CREATE TABLE second (id integer);\n\nUPDATE first\n  SET id = absent;\n')
    await expect(migrate(url, { folder })).rejects.toThrow(/^0002-second\.sql, line 4: column "absent" does not exist/)
    expect(await rowsOf("SELECT to_regclass('second') AS second")).toEqual([{ second: null }])
    expect(await rowsOf('SELECT name FROM schema_migrations')).toEqual([{ name: 'FirstOne1764000000001' }])

    write('0002-second.sql', 'CREATE TABLE second (id integer);')
    expect((await migrate(url, { folder })).ran).toEqual(['Second1764000000002'])
  })

  it.each(['0003-too-far.sql', '0002_second.sql', 'notes.txt', '0001-again.sql'])(
    'changes nothing while a file is called %s',
    async (name) => {
      const { url, rowsOf } = await newDatabase()
      const { folder } = newFolder({ ...first, [name]: 'SELECT 1' })
      await expect(migrate(url, { folder })).rejects.toThrow(/ must have a name like 000\d-add-something\.sql/)
      expect(await rowsOf("SELECT to_regclass('schema_migrations') AS recorded")).toEqual([{ recorded: null }])
    },
  )
})
