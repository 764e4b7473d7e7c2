import { eventually } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { openDatabase } from './open-database.ts'
import { aPerson, openBroker } from './publish-events.ts'
import { startSubscriber } from './subscriber-process.ts'

const begin = async () => {
  const [broker, database] = [await openBroker(), await openDatabase()]
  const start = () =>
    startSubscriber('user-read-model.ts', 'directory.users', { BROKER_URL: broker.url, DATABASE_URL: database.url })
  const people = () => database.rows('SELECT username, is_active, roles FROM people ORDER BY username')
  return { ...broker, database, start, people }
}

/** Waits for an event that is published last, by which time all earlier ones are being handled. */
const untilHandled = async ({ publish, people }: Pick<Awaited<ReturnType<typeof begin>>, 'publish' | 'people'>) => {
  const last = aPerson(`last-${crypto.randomUUID()}`)
  await publish(last.is('user.created.v1', 1))
  const isThere = async () =>
    expect((await people()).map((it) => it.username)).toContainEqual(expect.stringMatching(/^last-/))
  await eventually(isThere)
  await publish(last.isDeleted(2))
  await eventually(async () => expect((await people()).filter((it) => /^last-/.test(it.username))).toEqual([]))
}

describe('the read model of users', () => {
  it('has the newest state despite duplicate and late events', async () => {
    const { publish, start, people } = await begin()
    const model = await start()
    const ada = aPerson('ada')
    const created = ada.is('user.created.v1', 1)
    const renamed = ada.is('user.updated.v1', 3, { username: 'ada.lovelace', roles: ['admin'] })
    await publish(created, renamed, ada.is('user.deactivated.v1', 2, { is_active: false }), created)
    const newest = [{ username: 'ada.lovelace', is_active: true, roles: ['admin'] }]
    // Events are handled concurrently, so a later one of another user may be done first.
    await eventually(async () => expect(await people()).toEqual(newest))
    await untilHandled({ publish, people })
    expect(await people()).toEqual(newest)
    await publish(ada.is('user.password_changed.v1', 4, { username: 'ada.lovelace', is_active: false }))
    await eventually(async () =>
      expect(await people()).toEqual([{ username: 'ada.lovelace', is_active: false, roles: ['ops'] }]),
    )
    await model.stop()
  })

  it('keeps no personal data of a deleted user, and no late event restores it', async () => {
    const { publish, start, people, database } = await begin()
    const model = await start()
    const ada = aPerson('ada')
    await publish(ada.is('user.created.v1', 1))
    await eventually(async () => expect(await people()).toHaveLength(1))
    await publish(ada.isDeleted(3), ada.is('user.updated.v1', 2))
    await untilHandled({ publish, people })
    await model.stop()
    expect(await people()).toEqual([])
    const everything = await database.rows('SELECT row_to_json(latest_versions) AS kept FROM latest_versions')
    expect(JSON.stringify(everything)).not.toContain('ada')
  })

  it('recovers after it was killed in the middle of a transaction', async () => {
    const { publish, start, people, database } = await begin()
    const first = await start()
    const ada = aPerson('ada')
    const block = await database.block('people')
    await publish(ada.is('user.created.v1', 1), ada.is('user.deactivated.v1', 2, { is_active: false }))
    await eventually(async () => expect((await database.blocked()).length).toBeGreaterThan(0))
    await first.kill()
    await block.release()
    const second = await start()
    await eventually(
      async () => expect(await people()).toEqual([{ username: 'ada', is_active: false, roles: ['ops'] }]),
      { withinMs: 10_000 },
    )
    await second.stop()
  })
})
