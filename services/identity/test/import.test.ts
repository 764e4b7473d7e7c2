import { eventually } from '@gatehouse/testkit'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { foreignHashes } from '../src/passwords/stored-hash.samples.ts'
import { startTestIdentity } from './start-test-identity.ts'

const waitingHere = `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE NOT granted AND datname = current_database()`
const bcrypt = foreignHashes.find(([what]) => what === 'bcrypt')?.[1] ?? ''

const start = async () => {
  const identity = await startTestIdentity()
  const { token } = await identity.signUp({ username: 'root', roles: ['admin'] })
  const asAdmin = identity.as(token)
  const importLines = async (lines: string[], query = '', type = 'application/x-ndjson') => {
    const body = lines.join('\n')
    const sent = { headers: { 'content-type': type }, body }
    const { status, text } = await asAdmin.send('POST', `/users/import${query}`, sent)
    const answered = text.trim().split('\n')
    return { status, lines: answered.map((it) => JSON.parse(it)) }
  }
  return { identity, importLines, asAdmin }
}

describe('POST /users/import', () => {
  it('refuses another type and an unknown query', async () => {
    const { importLines } = await start()
    const ofType = await importLines(['{}'], '', 'application/json')
    expect(ofType).toMatchObject({ status: 415, lines: [{ code: 'unsupported_media_type' }] })
    expect(await importLines(['{}'], '?dryrun=1')).toMatchObject({ status: 400 })
  })

  it('takes good rows, reports each refused one with its line, and repeats no hash', async () => {
    const { identity, importLines, asAdmin } = await start()
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
    expect(JSON.stringify(answer.lines)).not.toMatch(/planted-plain-text|\$2b/)
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 200 })
    const ada = { id, full_name: 'Ada', roles: ['ops'], is_active: true }
    expect(await asAdmin.readUser({ id })).toMatchObject({ status: 200, body: ada })
    expect(await identity.signIn('bob', 'correct horse')).toMatchObject({
      status: 401,
      body: { code: 'bad_credentials' },
    })
    const created = (await identity.events()).filter((it) => it.type === 'user.created.v1').map((it) => it.subject)
    expect(created).toContain(id)
    expect(created).toHaveLength(3)
  })

  it('refuses names that could be read as others, and hashes that cost too much, and repeats no such name', async () => {
    const { identity, importLines } = await start()
    const row = (username: string, hashed_password = bcrypt) => JSON.stringify({ username, hashed_password })
    const { lines } = await importLines([
      row('\ufeff'),
      row('ada\u202e'),
      row('\u0430dmin'),
      row('sodium', '$argon2id$v=19$m=262144,t=3,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG'),
      row('slow', bcrypt.replace('$10$', '$14$')),
      row('wide', '$scrypt$ln=18,r=8,p=16$AAECAwQFBgcICQoLDA0ODw$JbN2hANm9NOw4h5BRHZnbjzQ6Jr0QwNWojTOC2WgIbU'),
    ])
    expect(lines.slice(0, -1).map((it) => it.code)).toEqual([
      'invalid_row',
      'invalid_row',
      'invalid_row',
      'unknown_hash',
      'unknown_hash',
      'unknown_hash',
    ])
    expect(JSON.stringify(lines)).not.toMatch(/\u202e|\u0430/)
    expect(await identity.query("SELECT username FROM users WHERE username <> 'root'")).toEqual([])
  })

  it('gives no id again that a deleted user had, also when the deletion was not through yet', async () => {
    const { identity, importLines, asAdmin } = await start()
    const row = (username: string, id: string) => JSON.stringify({ username, hashed_password: bcrypt, id })
    const refused = (line: number) => expect.objectContaining({ line, code: 'id_deleted' })
    const ada = await identity.addUser({ username: 'ada' })
    expect(await asAdmin.deleteUser({ id: ada.id })).toMatchObject({ status: 204 })
    const fresh = '6f1f64a1-4d4b-4bd0-9f38-0f5d2b8d1a11'
    for (const query of ['?dry_run=true', '']) {
      const { lines } = await importLines([row('ada', ada.id), row('eve', fresh)], query)
      expect(lines).toEqual([refused(1), expect.objectContaining({ imported: 1, refused: 1 })])
    }
    const bob = await identity.addUser({ username: 'bob' })
    const owner = new pg.Client({ connectionString: identity.database.ownerUrl })
    await owner.connect()
    try {
      await owner.query('BEGIN')
      await owner.query('DELETE FROM users WHERE id = $1', [bob.id])
      const importing = importLines([row('bobby', bob.id)])
      await eventually(async () => expect(await identity.query(waitingHere)).not.toEqual([]))
      await owner.query('COMMIT')
      expect((await importing).lines).toEqual([refused(1), expect.objectContaining({ imported: 0, refused: 1 })])
    } finally {
      await owner.end()
    }
    expect(await identity.query('SELECT username FROM users ORDER BY username')).toEqual([
      { username: 'eve' },
      { username: 'root' },
    ])
    const created = (await identity.events()).filter((it) => it.type === 'user.created.v1')
    expect(created.map((it) => it.subject).filter((id) => id === ada.id || id === bob.id)).toEqual([bob.id])
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
