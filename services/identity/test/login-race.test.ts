import { eventually } from '@gatehouse/testkit'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { foreignHashes } from '../src/passwords/stored-hash.samples.ts'
import { startTestIdentity } from './start-test-identity.ts'

/** Changes a user after a sign-in has read it, and before that sign-in can start its session. */
const signInWhile = async (change: string) => {
  const identity = await startTestIdentity()
  const ada = await identity.addUser({ username: 'ada' })
  const connection = new pg.Client({ connectionString: identity.database.ownerUrl })
  await connection.connect()
  onTestFinished(() => connection.end())
  await connection.query('BEGIN')
  await connection.query('SELECT 1 FROM users FOR UPDATE')
  const { rows } = await connection.query('SELECT pg_current_xact_id()::text AS id')
  const signIn = identity.signIn('ada', 'correct horse')
  await eventually(async () => {
    const waiting = await identity.query('SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid::text = $1', [
      rows[0].id,
    ])
    expect(waiting).toHaveLength(1)
  })
  await connection.query(change)
  await connection.query('COMMIT')
  const answer = await signIn
  const failed = (await identity.events()).filter((it) => it.type === 'login.failed.v1')
  return { answer, ada, failed: failed.map((it) => it.data) }
}

describe('a user who changes while the password is hashed', () => {
  it('is refused for the reason that is true by then', async () => {
    for (const [change, reason] of [
      ["UPDATE users SET hashed_password = 'x', version = version + 1", 'wrong_password'],
      ['UPDATE users SET is_active = false, version = version + 1', 'user_deactivated'],
      ['DELETE FROM users', 'unknown_user'],
    ] as const) {
      const { answer, ada, failed } = await signInWhile(change)
      expect(answer, change).toMatchObject({ status: 401, body: { code: 'bad_credentials' } })
      expect(failed, change).toMatchObject([{ user_id: reason === 'unknown_user' ? null : ada.id, reason }])
    }
  })

  it('is let in when another name, or another form of the same password, is all that changed', async () => {
    for (const change of [
      "UPDATE users SET full_name = 'Ada', version = version + 1",
      `UPDATE users SET hashed_password = '${foreignHashes[0]?.[1]}'`,
    ]) {
      expect((await signInWhile(change)).answer, change).toMatchObject({ status: 200 })
    }
  })
})
