import { describe, expect, it } from 'vitest'
import { foreignHashes } from '../src/passwords/stored-hash.samples.ts'
import { startTestIdentity } from './start-test-identity.ts'

const bcrypt = foreignHashes.find(([what]) => what === 'bcrypt')?.[1] ?? ''

const start = async () => {
  const identity = await startTestIdentity()
  const { token } = await identity.signUp({ username: 'root', roles: ['admin'] })
  const importLines = async (lines: string[], query = '', type = 'application/x-ndjson') => {
    const response = await fetch(`${identity.url}/users/import${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: lines.join('\n'),
    })
    const text = await response.text()
    return {
      status: response.status,
      lines: text
        .trim()
        .split('\n')
        .map((it) => JSON.parse(it)),
    }
  }
  return { identity, importLines }
}

describe('POST /users/import', () => {
  it('refuses another type and an unknown query', async () => {
    const { importLines } = await start()
    expect(await importLines(['{}'], '', 'application/json')).toMatchObject({ status: 415 })
    expect(await importLines(['{}'], '?dryrun=1')).toMatchObject({ status: 400 })
  })

  it('takes good rows, reports each refused one with its line, and repeats no hash', async () => {
    const { identity, importLines } = await start()
    const row = (username: string, more = {}) => JSON.stringify({ username, hashed_password: bcrypt, ...more })
    const id = '6f1f64a1-4d4b-4bd0-9f38-0f5d2b8d1a11'
    const answer = await importLines([
      row('ada', { id, full_name: 'Ada', roles: ['ops'] }),
      'not json',
      row('ada'),
      '',
      row('Root'),
      JSON.stringify({ username: 'plain', hashed_password: 'planted-plain-text' }),
      row('bob', { is_active: false }),
      row('x', { surprise: 1 }),
    ])
    expect(answer.status).toBe(200)
    const refusals = answer.lines.slice(0, -1).toSorted((a, b) => a.line - b.line)
    expect(refusals.map((it) => [it.line, it.code])).toEqual([
      [2, 'invalid_row'],
      [3, 'username_taken'],
      [5, 'username_taken'],
      [6, 'unknown_hash'],
      [8, 'invalid_row'],
    ])
    expect(answer.lines.at(-1)).toEqual({ imported: 2, refused: 5, dry_run: false })
    expect(JSON.stringify(answer.lines)).not.toContain('planted-plain-text')
    expect(await identity.logIn('ada', 'correct horse')).toMatchObject({ status: 200 })
    expect(await identity.logIn('bob', 'correct horse')).toMatchObject({ status: 401 })
    const created = (await identity.events()).filter((it) => it.type === 'user.created.v1').map((it) => it.subject)
    expect(created).toContain(id)
    expect(created).toHaveLength(3)
  })

  it('changes nothing in a dry run, and says what it would do', async () => {
    const { identity, importLines } = await start()
    const lines = ['ada', 'root', 'bob'].map((username) => JSON.stringify({ username, hashed_password: bcrypt }))
    const { lines: report } = await importLines(lines, '?dry_run=true')
    expect(report.at(-1)).toEqual({ imported: 2, refused: 1, dry_run: true })
    const [{ n }] = await identity.query('SELECT count(*)::int AS n FROM users')
    expect(n).toBe(1)
  })

  it('takes more than one batch', async () => {
    const { importLines } = await start()
    const lines = Array.from({ length: 1_201 }, (_, at) =>
      JSON.stringify({ username: `user-${at}`, hashed_password: bcrypt }),
    )
    expect((await importLines(lines)).lines).toEqual([{ imported: 1_201, refused: 0, dry_run: false }])
  })
})
