import { eventually } from '@gatehouse/testkit'
import { describe, expect, it } from 'vitest'
import { openDatabase } from './open-database.ts'
import { aPerson, openBroker } from './publish-events.ts'
import { startSubscriber } from './subscriber-process.ts'

const begin = async () => {
  const [broker, database] = [await openBroker(), await openDatabase()]
  const start = () =>
    startSubscriber('audit-writer.ts', 'audit.events', { BROKER_URL: broker.url, DATABASE_URL: database.url })
  const written = async () => {
    const rows = await database.rows("SELECT event->>'id' AS id FROM audit_trail ORDER BY seq")
    return rows.map((it) => it.id).toSorted()
  }
  return { ...broker, database, start, written }
}
const idsOf = (events: { id: string }[]) => events.map((it) => it.id).toSorted()

describe('the audit writer', () => {
  it('appends every event once, also a duplicate and those from while it was down', async () => {
    const { publish, start, written, database } = await begin()
    const ada = aPerson('ada')
    const events = [ada.is('user.created.v1', 1), ada.is('user.updated.v1', 2), ada.isDeleted(3)]
    const [created, updated, deleted] = events as [(typeof events)[0], (typeof events)[0], (typeof events)[0]]
    const first = await start()
    await publish(created, created, updated)
    await eventually(async () => expect(await written()).toEqual(idsOf([created, updated])))
    await first.stop()
    await publish(deleted, updated)
    const second = await start()
    await eventually(async () => expect(await written()).toEqual(idsOf(events)))
    await second.stop()
    expect(await written()).toEqual(idsOf(events))
    expect(await database.rows('SELECT event FROM audit_trail WHERE seq = 1')).toEqual([{ event: created }])
  })

  it('loses and duplicates nothing when it is killed in the middle of a transaction', async () => {
    const { publish, start, written, database } = await begin()
    const ada = aPerson('ada')
    const events = Array.from({ length: 30 }, (_, at) => ada.is('user.updated.v1', at + 1))
    const first = await start()
    const block = await database.block('audit_trail')
    await publish(...events)
    await eventually(async () => expect((await database.blocked()).length).toBeGreaterThan(5))
    await first.kill()
    await block.release()
    const second = await start()
    await eventually(async () => expect(await written()).toEqual(idsOf(events)), { withinMs: 10_000 })
    await second.stop()
    expect(await written()).toEqual(idsOf(events))
  })

  it('keeps running when its connection to Postgres breaks in the middle of a transaction', async () => {
    const { publish, start, written, database } = await begin()
    const event = aPerson('ada').is('user.created.v1', 1)
    const writer = await start()
    const block = await database.block('audit_trail')
    await publish(event)
    await eventually(async () => expect(await database.blocked()).toHaveLength(1))
    database.breakConnections()
    await block.release()
    await eventually(async () => expect(await written()).toEqual([event.id]), { withinMs: 10_000 })
    await writer.stop()
  })
})
