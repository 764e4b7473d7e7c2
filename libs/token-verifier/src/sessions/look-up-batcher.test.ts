import { setTimeout as delay } from 'node:timers/promises'
import type { SessionLookupAnswer } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { createFreshness } from './freshness.ts'
import { createLookUpBatcher } from './look-up-batcher.ts'
import { createSessionDirectory } from './session-directory.ts'

/** A batcher with a clock and answers that the test controls. */
const start = () => {
  let now = 10_000
  const calls: (PromiseWithResolvers<SessionLookupAnswer> & { ids: string[] })[] = []
  const errors: unknown[] = []
  const directory = createSessionDirectory({ maxSessions: 10_000 })
  const freshness = createFreshness()
  const lookUp = (ids: string[]) => {
    const call = { ids, ...Promise.withResolvers<SessionLookupAnswer>() }
    calls.push(call)
    return call.promise
  }
  const lookUps = createLookUpBatcher({
    identity: { lookUp },
    directory,
    freshness,
    now: () => now,
    onFailure: (error) => errors.push(error),
  })
  const answer = (at: number) => {
    const call = calls[at]
    call?.resolve({ now_ms: now, sessions: call.ids.map((id) => ({ state: 'ended', id })) })
  }
  return {
    lookUps,
    directory,
    freshness,
    calls,
    errors,
    answer,
    wait: (ms: number) => {
      now += ms
    },
    now: () => now,
    /** Waits until the look-ups of this millisecond are sent. */
    sent: () => delay(5),
  }
}
const ids = (count: number) => Array.from({ length: count }, (_, at) => `session-${at}`)

describe('the look-up batcher', () => {
  it('rejects for all callers when identity fails, and calls again for the next one', async () => {
    const { lookUps, calls, errors, answer, sent } = start()
    const asked = ids(3).map((id) => lookUps.ask(id))
    await sent()
    calls[0]?.reject(new Error('away'))
    const outcomes = await Promise.allSettled(asked)
    expect(outcomes.map((it) => it.status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(errors, 'once per call, not per session').toHaveLength(1)
    expect(lookUps.isAnswering()).toBe(false)

    const again = lookUps.ask('session-0')
    await sent()
    answer(1)
    await again
    expect(lookUps.isAnswering()).toBe(true)
    expect(lookUps.counts()).toEqual({ calls: 2, sessions: 4, failures: 1 })
  })

  it('looks up all sessions of a moment in one call, each of them once', async () => {
    const { lookUps, calls, answer, directory, sent } = start()
    const asked = [...ids(100), ...ids(100)].map((id) => lookUps.ask(id))
    await sent()
    expect(calls.map((it) => it.ids)).toEqual([ids(100)])
    answer(0)
    await Promise.all(asked)
    expect(directory.find('session-99')).toMatchObject({ user: null })
  })

  it('looks up at most 500 sessions per call', async () => {
    const { lookUps, calls, sent } = start()
    for (const id of ids(1_100)) lookUps.ask(id).catch(() => undefined)
    await sent()
    expect(calls.map((it) => it.ids.length)).toEqual([500, 500, 100])
  })

  it('lets later requests join a recent look-up, and sends another one beside an older look-up', async () => {
    const { lookUps, calls, answer, wait, sent } = start()
    const first = lookUps.ask('one')
    await sent()
    wait(499)
    const joined = lookUps.ask('one')
    await sent()
    expect(calls).toHaveLength(1)
    wait(1)
    let isAnswered = false
    const later = lookUps.ask('one').then(() => {
      isAnswered = true
    })
    await sent()
    expect(calls).toHaveLength(2)
    answer(0)
    await Promise.all([first, joined])
    expect(isAnswered, 'it did not join the old look-up').toBe(false)
    const third = lookUps.ask('one')
    answer(1)
    await Promise.all([later, third])
    expect(calls, 'the end of the old look-up does not end the newer one').toHaveLength(2)
  })

  it('has at most eight calls in flight, and then looks up all waiting sessions in one call', async () => {
    const { lookUps, calls, answer, sent } = start()
    for (const id of ids(8)) {
      lookUps.ask(id).catch(() => undefined)
      await sent()
    }
    const waiting = ['a', 'b', 'c'].map((id) => lookUps.ask(id))
    await sent()
    expect(calls).toHaveLength(8)
    answer(0)
    await sent()
    expect(calls[8]?.ids).toEqual(['a', 'b', 'c'])
    answer(8)
    await Promise.all(waiting)
  })

  it('samples the database clock as of when the look-up was sent', async () => {
    const { lookUps, freshness, answer, wait, now } = start()
    const sentAt = now()
    const asking = lookUps.sampleClock()
    wait(300)
    answer(0)
    await asking
    freshness.heartbeat({ as_of: sentAt + 300, sent_at: sentAt + 300 })
    expect(freshness.stalenessMs(now()), 'the round trip counts as age').toBeCloseTo(300, 0)
  })
})
