import type { GatehouseEvent, UserState } from '@gatehouse/contracts'
import { handledEventsSql, latestOnly, type SnapshotThenTailOptions, snapshotThenTail } from '@gatehouse/events'
import { createTestDatabase, eventually } from '@gatehouse/testkit'
import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { gatewaySecret, startTestIdentity } from './start-test-identity.ts'

const userEvents = [
  'user.created.v1',
  'user.updated.v1',
  'user.deactivated.v1',
  'user.activated.v1',
  'user.password_changed.v1',
  'user.deleted.v1',
] as const
type UserEvent = (typeof userEvents)[number]
type Options = SnapshotThenTailOptions<UserEvent>

/** A subscriber's copy of all users, in a database of its own, kept as the README says. */
const openCopy = async () => {
  const database = await createTestDatabase()
  const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 4 })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  await pool.query(`${handledEventsSql} CREATE TABLE copy (id uuid PRIMARY KEY, state jsonb NOT NULL)`)
  const change = async (about: { subject: string; sequence: number }, sql: string, values: unknown[]) => {
    const tx = await pool.connect()
    try {
      await tx.query('BEGIN')
      await latestOnly(tx, 'copy', about, async () => void (await tx.query(sql, values)))
      await tx.query('COMMIT')
    } catch (error) {
      await tx.query('ROLLBACK')
      throw error
    } finally {
      tx.release()
    }
  }
  const write = (user: UserState) =>
    change(
      { subject: user.id, sequence: user.version },
      'INSERT INTO copy VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
      [user.id, user],
    )
  const handler: Options['handler'] = (event) =>
    event.type === 'user.deleted.v1'
      ? change(event, 'DELETE FROM copy WHERE id = $1', [event.subject])
      : write(event.data.user)
  const states = async () =>
    (await pool.query('SELECT state FROM copy ORDER BY id')).rows.map((it) => it.state as UserState)
  return { write, handler, states }
}

const start = async () => {
  const identity = await startTestIdentity()
  const admin = await identity.signUp({ username: 'root', roles: ['admin'] })
  const asAdmin = identity.as(admin.token)
  const options = (queue: string, more: Pick<Options, 'onUser' | 'handler'>): Options => ({
    ...more,
    url: identity.vhost.url,
    queue,
    events: userEvents,
    retryDelaysMs: [50, 50, 50],
    identity: { url: identity.url, name: 'gateway', secret: gatewaySecret },
  })
  const usersOfIdentity = async () => {
    const rows = await identity.query(
      `SELECT id, username, full_name, is_active, roles, version, created_at, updated_at FROM users ORDER BY id`,
    )
    return rows.map((it) => ({
      ...it,
      created_at: it.created_at.toISOString(),
      updated_at: it.updated_at.toISOString(),
    }))
  }
  return { identity, asAdmin, options, usersOfIdentity }
}

describe('a snapshot and then the tail', () => {
  it('ends for good when identity refuses, and when the user of a snapshot cannot be handled', async () => {
    const { options } = await start()
    const copy = await openCopy()
    const good = options('copy.refused', { onUser: copy.write, handler: copy.handler })
    const wrong = { ...good, identity: { ...good.identity, secret: 'wrong' } }
    await expect(snapshotThenTail(wrong)).rejects.toThrow(/401.*invalid_client/)
    const onUser = () => Promise.reject(new Error('the disk is full'))
    await expect(snapshotThenTail({ ...good, onUser })).rejects.toThrow('the disk is full')
    expect(await copy.states()).toEqual([])
  })

  it('has what happened between the two, from the queue', async () => {
    const { identity, asAdmin, options } = await start()
    const ada = await identity.addUser({ username: 'ada' })
    const bob = await identity.addUser({ username: 'bob' })
    const copy = await openCopy()
    const events: GatehouseEvent['type'][] = []
    let isFirst = true
    const onUser = async (user: UserState) => {
      if (isFirst) {
        isFirst = false
        await asAdmin.deactivateUser({ id: ada.id })
        await asAdmin.deleteUser({ id: bob.id })
        await identity.addUser({ username: 'cleo' })
      }
      await copy.write(user)
    }
    const handler: Options['handler'] = async (event, about) => {
      await copy.handler(event, about)
      events.push(event.type)
    }
    const tail = await snapshotThenTail(options('copy.between', { onUser, handler }))
    onTestFinished(() => tail.stop())
    await eventually(async () => {
      const states = await copy.states()
      expect(states.map((it) => [it.username, it.is_active])).toEqual([
        ['root', true],
        ['ada', false],
        ['cleo', true],
      ])
    })
    expect(events).toEqual(expect.arrayContaining(['user.deactivated.v1', 'user.deleted.v1', 'user.created.v1']))
  })

  // What a run does, and before which user of the snapshot; what is left over happens while the tail is read.
  const change = fc.record({
    kind: fc.constantFrom('create', 'rename', 'deactivate', 'activate', 'delete'),
    whom: fc.nat(30),
    before: fc.nat(12),
  })
  type Change = { kind: string; whom: number; before: number }

  it('ends with the users of identity, whatever happens meanwhile, and after a death on the way', {
    timeout: 180_000,
  }, async () => {
    const { identity, asAdmin, options, usersOfIdentity } = await start()
    let made = 0
    const ids: string[] = []
    const newName = () => {
      made += 1
      return `user-${made}`
    }
    const create = async () => void ids.push((await identity.addUser({ username: newName() })).id)
    const perform = async ({ kind, whom }: Change) => {
      const id = ids[whom % Math.max(1, ids.length)]
      if (kind === 'create' || id === undefined) return create()
      if (kind === 'delete') {
        ids.splice(ids.indexOf(id), 1)
        return asAdmin.deleteUser({ id })
      }
      if (kind !== 'rename') return asAdmin.send('POST', `/users/${id}/${kind}`)
      const { headers } = await asAdmin.readUser({ id })
      const ifMatch = { 'if-match': String(headers.get('etag')) }
      return asAdmin.changeUser({ id, body: { username: newName() }, headers: ifMatch })
    }
    let runs = 0
    const property = fc.asyncProperty(
      fc.array(change, { minLength: 4, maxLength: 24 }),
      fc.nat(8),
      fc.boolean(),
      async (changes, users, dies) => {
        runs += 1
        for (let missing = users - ids.length; missing > 0; missing -= 1) await create()
        const copy = await openCopy()
        const left = [...changes]
        let handed = 0
        const onUser = async (user: UserState) => {
          while (left[0] && left[0].before <= handed) await perform(left.shift() as Change)
          handed += 1
          if (dies && handed === 3) throw new Error('died')
          await copy.write(user)
        }
        const all = options(`copy.run-${runs}`, { onUser, handler: copy.handler })
        const tail = await snapshotThenTail(all).catch(() => snapshotThenTail(all))
        try {
          await Promise.all(left.map(perform))
          const expected = await usersOfIdentity()
          await eventually(async () => expect(await copy.states()).toEqual(expected), { withinMs: 10_000 })
        } finally {
          await tail.stop()
        }
      },
    )
    await fc.assert(property, { numRuns: 25, endOnFailure: true })
  })
})
