import { eventually } from '@gatehouse/testkit'
import { hash } from '@node-rs/bcrypt'
import { describe, expect, it } from 'vitest'
import { startTestIdentity } from './start-test-identity.ts'

/** Some users whose hashes are dear, and a replica that found them at its start. */
const start = async (count: number) => {
  const identity = await startTestIdentity()
  const dear = await hash('correct horse', { cost: 12 })
  const names = Array.from({ length: count }, (_, nth) => `imported-${nth}`)
  for (const username of names) await identity.addUser({ username })
  await identity.query("UPDATE users SET hashed_password = $1 WHERE username LIKE 'imported-%'", [dear])
  await identity.addUser({ username: 'own' })
  await identity.addUser({ username: 'gone', isActive: false })
  return { identity, replica: await identity.startReplica(), names }
}
const timeOf = async (work: () => Promise<unknown>) => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

describe('while hashes of another kind are stored', () => {
  it('every refusal takes as long as theirs, whoever was asked for', async () => {
    const { replica, names } = await start(1)
    const refuse = (username: string, password = 'battery staple') =>
      timeOf(async () => expect(await replica.signIn(username, password)).toMatchObject({ status: 401 }))
    const imported = await refuse(names[0] ?? '')
    // Our own hashes take a hundredth of theirs in tests, so half as long is a world apart.
    expect(await refuse('nobody')).toBeGreaterThan(imported / 2)
    expect(await refuse('own')).toBeGreaterThan(imported / 2)
    expect(await refuse('gone')).toBeGreaterThan(imported / 2)
    expect(await refuse('gone', 'correct horse')).toBeGreaterThan(imported / 2)
  })

  it('too many of them at once turn away every refusal alike, and nobody who has the right password of our own', async () => {
    const { replica, names } = await start(12)
    const flood = Promise.all(names.map((it) => replica.signIn(it, 'battery staple')))
    let nth = 0
    const [unknown, wrong, right] = await Promise.all([
      eventually(async () => {
        nth += 1
        const answer = await replica.signIn(`nobody-${nth}`, 'battery staple')
        expect(answer).toMatchObject({ status: 503 })
        return answer
      }),
      eventually(async () => {
        const answer = await replica.signIn('own', 'battery staple')
        expect(answer).toMatchObject({ status: 503 })
        return answer
      }),
      replica.signIn('own', 'correct horse'),
    ])
    expect([unknown, wrong]).toMatchObject([{ body: { code: 'too_busy' } }, { body: { code: 'too_busy' } }])
    expect(right).toMatchObject({ status: 200 })
    const statuses = (await flood).map((it) => it.status)
    expect(statuses).toContain(401)
    expect(statuses).toContain(503)
  })

  it('the kinds are found by an index, and the last one that is hashed anew is gone from it', async () => {
    const { identity, names } = await start(2)
    const kinds = async () => {
      const rows = await identity.query('SELECT DISTINCT foreign_hash_kind(hashed_password) AS kind FROM users')
      return rows.map((it) => it.kind)
    }
    expect(await kinds()).toContain('$2b$12')
    for (const it of names) expect(await identity.signIn(it, 'correct horse')).toMatchObject({ status: 200 })
    expect(await kinds()).toEqual(['$argon2id$v=19$m=256,t=1,p=1'])
  })
})
