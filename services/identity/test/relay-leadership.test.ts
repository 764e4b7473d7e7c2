import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { migrate } from '@gatehouse/migrations'
import { createTestDatabase, createTestVhost, eventually } from '@gatehouse/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anEvent, openOutbox, startTestOutbox, tapBroker } from './start-test-relay.ts'

const takeOverWithinMs = 2_000

/** A relay that leads, in a process of its own; `start` starts further ones. */
const startLeadingProcess = async () => {
  const [database, vhost] = await Promise.all([createTestDatabase({ migrate }), createTestVhost()])
  onTestFinished(async () => void (await Promise.all([database.drop(), vhost.drop()])))
  const outbox = openOutbox(database.superuserUrl)
  const broker = await tapBroker(vhost.url)
  const script = new URL('relay-process.ts', import.meta.url).pathname
  const start = () => {
    const child = spawn(process.execPath, [script, database.serviceUrl, vhost.identityUrl], { stdio: 'inherit' })
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    })
    return child
  }
  const first = start()
  await eventually(async () => expect(await outbox.leaders()).toHaveLength(1), { withinMs: 15_000 })
  return { outbox, broker, first, start }
}

describe('several relays', () => {
  it('have one leader, and a new one within 2 s when its connection is killed', async () => {
    const { outbox, broker, relay, startReplica } = await startTestOutbox()
    const other = startReplica()
    await eventually(() => expect(other.state().connected).toBe(true))
    expect([relay.state().leads, other.state().leads]).toEqual([true, false])

    for (let round = 0; round < 5; round += 1) {
      const [pid] = await outbox.leaders()
      const event = anEvent()
      await outbox.pool.query('SELECT pg_terminate_backend($1)', [pid])
      await outbox.append(event)
      const killedAt = performance.now()
      await eventually(() => expect(broker.received()).toContain(event.id), { withinMs: takeOverWithinMs })
      await eventually(
        async () => {
          const [now, ...more] = await outbox.leaders()
          expect(now).not.toBe(pid)
          expect(more).toEqual([])
          expect([relay.state().leads, other.state().leads].filter(Boolean)).toHaveLength(1)
        },
        { withinMs: takeOverWithinMs - (performance.now() - killedAt) },
      )
    }
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
  })

  it('hand the lead over at once when the leader stops', async () => {
    const { outbox, relay, startReplica } = await startTestOutbox()
    const other = startReplica()
    await eventually(() => expect(other.state().connected).toBe(true))
    await relay.stop()
    await eventually(() => expect(other.state().leads).toBe(true), { withinMs: 1_500 })
    expect(await outbox.leaders()).toHaveLength(1)
  })

  it('take the lead from a frozen process within 2 s, and it does no harm when it thaws', async () => {
    const { outbox, broker, first, start } = await startLeadingProcess()
    const [frozenPid] = await outbox.leaders()
    start()
    await eventually(
      async () => {
        expect(await outbox.relays()).toHaveLength(2)
      },
      { withinMs: 15_000 },
    )
    const subject = 'ada'
    const append = async (sequence: number) => {
      const event = anEvent({ subject, sequence })
      await outbox.append(event)
      return event.id
    }
    const ids = [await append(1)]
    await eventually(() => expect(broker.received()).toEqual(ids))

    first.kill('SIGSTOP')
    const frozenAt = performance.now()
    ids.push(await append(2))
    await eventually(() => expect(broker.received()).toEqual(ids), { withinMs: takeOverWithinMs + 100, everyMs: 10 })
    const tookMs = performance.now() - frozenAt
    expect(tookMs).toBeLessThan(takeOverWithinMs)
    const [leader] = await outbox.leaders()
    expect(leader).not.toBe(frozenPid)

    first.kill('SIGCONT')
    ids.push(await append(3))
    await eventually(() => expect(broker.received()).toEqual(ids))
    // The thawed one connects again, as a candidate.
    await eventually(async () => {
      expect(await outbox.relays()).toHaveLength(2)
    })
    expect(await outbox.leaders()).toEqual([leader])
    expect(first.exitCode).toBeNull()
    await eventually(async () => expect(await outbox.unsent()).toEqual([]))
  })

  it('lose nothing when the leader is killed again and again in the middle of its work', async () => {
    const { outbox, broker, first, start } = await startLeadingProcess()
    let leader = first
    const ids: string[] = []
    for (let round = 0; round < 4; round += 1) {
      const next = start()
      const events = Array.from({ length: 500 }, (_, at) =>
        anEvent({ subject: `user ${at % 5}`, sequence: round * 500 + at }),
      )
      ids.push(...events.map((it) => it.id))
      await outbox.append(...events)
      leader.kill('SIGKILL')
      leader = next
    }
    await eventually(async () => expect(await outbox.unsent()).toEqual([]), { withinMs: 20_000 })
    await eventually(() => expect(new Set(broker.received())).toEqual(new Set(ids)))
    // What came twice came in the same order again: a reader that keeps the highest version never goes back for good.
    const last = new Map(broker.events.map((it) => [it.subject, it.sequence]))
    expect([...last.values()].toSorted((a, b) => a - b)).toEqual([1995, 1996, 1997, 1998, 1999])
  })

  it('stop in an orderly way on SIGTERM', async () => {
    const { outbox, first } = await startLeadingProcess()
    first.kill('SIGTERM')
    const [code] = await once(first, 'exit')
    expect(code).toBe(0)
    expect(await outbox.leaders()).toEqual([])
  })
})
