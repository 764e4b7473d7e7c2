import { createHash } from 'node:crypto'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { describe, expect, it } from 'vitest'
import { foreignHashes } from '../src/passwords/stored-hash.samples.ts'
import { startTestIdentity } from './start-test-identity.ts'

describe('login throttling', () => {
  it('makes who guesses at an account wait longer and longer, alike for known and unknown users, over restarts', async () => {
    const identity = await startTestIdentity()
    await identity.addUser({ username: 'ada' })
    for (const username of ['ada', 'nobody']) {
      for (let guess = 0; guess < 6; guess += 1) {
        expect(await identity.signIn(username, `guess ${guess}`)).toMatchObject({ status: 401 })
      }
      // The wait of a second is over before a busy machine asks again.
      await identity.query(
        "UPDATE login_throttles SET blocked_until = blocked_until + interval '1 hour' WHERE blocked_until > last_failure_at",
      )
      const waiting = await identity.signIn(username, 'correct horse')
      expect(waiting).toMatchObject({
        status: 429,
        body: { code: 'too_many_attempts', error: 'temporarily_unavailable' },
      })
      expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const replica = await identity.startReplica()
    expect(await replica.signIn('ada', 'correct horse')).toMatchObject({ status: 429 })
    await identity.query('UPDATE login_throttles SET blocked_until = now()')
    expect(await replica.signIn('ada', 'correct horse')).toMatchObject({ status: 200 })
  })

  it('lets an owner in from a known address whatever strangers do to the account', async () => {
    const identity = await startTestIdentity()
    await identity.signUp({ username: 'ada' })
    const digest = createHash('sha256').update('ada').digest('base64url')
    await identity.query("INSERT INTO login_throttles VALUES ($1, 1000, now() + interval '1 hour', now())", [
      `account:${digest}`,
    ])
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 200 })
    await identity.query("UPDATE sessions SET address = '192.0.2.1'")
    expect(await identity.signIn('ada', 'correct horse')).toMatchObject({ status: 429 })
  })

  it('tells of failed logins in events that repeat nothing that was typed', async () => {
    const identity = await startTestIdentity()
    const ada = await identity.addUser({ username: 'ada' })
    await identity.signIn('ada', 'planted-secret')
    await identity.signIn('planted-secret', 'x')
    const events = (await identity.events()).filter((it) => it.type === 'login.failed.v1')
    expect(events.map((it) => it.data)).toMatchObject([
      { user_id: ada.id, reason: 'wrong_password' },
      { user_id: null, reason: 'unknown_user' },
    ])
    for (const table of ['outbox', 'audit_log', 'login_throttles']) {
      expect(JSON.stringify(await identity.query(`SELECT * FROM ${table}`)), table).not.toContain('planted-secret')
    }
  })
})

describe('stored hashes', () => {
  it('of other programs let their users in once, and are Argon2id of today from then on', async () => {
    const identity = await startTestIdentity()
    for (const [position, [what, hash]] of foreignHashes.entries()) {
      const username = `user-${position}`
      const { id } = await identity.addUser({ username })
      await identity.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [id, hash])
      expect(await identity.signIn(username, 'correct horse'), what).toMatchObject({ status: 200 })
      const [row] = await identity.query('SELECT hashed_password, version FROM users WHERE id = $1', [id])
      expect(row.hashed_password, what).toMatch(/^\$argon2id\$v=19\$m=256,t=1,p=1\$/)
      expect(row.version, what).toBe(1)
      expect(await identity.signIn(username, 'correct horse'), what).toMatchObject({ status: 200 })
    }
  })

  it('of other programs were made of a password as it was typed, and ours of one form of it', async () => {
    const identity = await startTestIdentity()
    const { id } = await identity.addUser({ username: 'ada' })
    // One letter `ﬁ`, that NFKC makes two of.
    await identity.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [
      id,
      await bcrypt('\ufb01sh soup', { cost: 4 }),
    ])
    expect(await identity.signIn('ada', 'fish soup')).toMatchObject({ status: 401 })
    expect(await identity.signIn('ada', '\ufb01sh soup')).toMatchObject({ status: 200 })
    expect(await identity.signIn('ada', 'fish soup'), 'hashed anew').toMatchObject({ status: 200 })
    expect(await identity.signIn('ada', '\ufb01sh soup')).toMatchObject({ status: 200 })
  })

  it('of bcrypt stay as they are for a password of which they saw the beginning alone', async () => {
    const identity = await startTestIdentity()
    const { id } = await identity.addUser({ username: 'ada' })
    const long = 'correct horse '.repeat(6)
    const stored = await bcrypt(long, { cost: 4 })
    await identity.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [id, stored])
    for (const password of [`${long.slice(0, 72)} with a wrong end`, long]) {
      expect(await identity.signIn('ada', password)).toMatchObject({ status: 200 })
      const [row] = await identity.query('SELECT hashed_password FROM users WHERE id = $1', [id])
      expect(row.hashed_password).toBe(stored)
    }
    expect(await identity.signIn('ada', long.slice(0, 71))).toMatchObject({ status: 401 })
  })

  it('that are corrupt or ask too much are a failed login, not a failure', async () => {
    const identity = await startTestIdentity()
    const { id } = await identity.addUser({ username: 'ada' })
    for (const hash of [
      '',
      'x',
      '$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    ]) {
      await identity.query('UPDATE users SET hashed_password = $2 WHERE id = $1', [id, hash])
      expect(await identity.signIn('ada', 'correct horse')).toMatchObject({
        status: 401,
        body: { code: 'bad_credentials' },
      })
    }
  })
})
