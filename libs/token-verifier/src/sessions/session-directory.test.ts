import type { GatehouseEvent, Heartbeat, LookedUpSession, SessionState, UserState } from '@gatehouse/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCheckSession } from './check-session.ts'
import { createFreshness } from './freshness.ts'
import { createSessionDirectory } from './session-directory.ts'

const userId = '00000000-0000-7000-8000-000000000000'
const sessionIds = [1, 2, 3, 4].map((it) => `00000000-0000-7000-8000-00000000000${it}`)
const farFuture = '2100-01-01T00:00:00.000Z'
const longAgo = '2000-01-01T00:00:00.000Z'

const ada: UserState = {
  id: userId,
  username: 'ada',
  full_name: null,
  is_active: true,
  roles: [],
  version: 1,
  created_at: longAgo,
  updated_at: longAgo,
}

type LookUp = ReturnType<ReturnType<typeof createSessionDirectory>['beginLookUp']>
type Flight = { lookUp: LookUp; answer: LookedUpSession[] | null; sentAt: number; nowMs: number; answered: boolean }
type Message = { event: GatehouseEvent } | { beat: Heartbeat }

/** Identity, broker and one gateway on one clock; the test takes every step. */
const createWorld = (maxSessions: number) => {
  let now = 10_000
  const user = { ...ada }
  const renamedAt: number[] = []
  const endedAt = new Map<string, number>()
  /** Ended sessions whose own event is still to come. */
  let unpublished: string[] = []
  let outbox: GatehouseEvent[] = []
  let queue: Message[] = []
  let asOf = 0
  const flights: Flight[] = []
  const directory = createSessionDirectory({ maxSessions })
  const freshness = createFreshness()
  const event = (type: string, data: object) =>
    ({ type, data, subject: userId, sequence: user.version }) as GatehouseEvent

  const check = createCheckSession({
    directory,
    freshness,
    // Only the steps below look sessions up.
    lookUps: { ask: () => new Promise(() => {}) } as never,
    staleGraceMs: 0,
    now: () => now,
    count: () => undefined,
  })

  const raise = (change: Partial<UserState>) => {
    Object.assign(user, change, { version: user.version + 1 })
    renamedAt.push(now)
  }
  const appendEnd = (id: string) => {
    const session: SessionState = {
      id,
      user_id: userId,
      client_id: 'gatehouse',
      created_at: longAgo,
      expires_at: farFuture,
      revoked_at: farFuture,
    }
    // Half of them have expired.
    if (session.id < String(sessionIds[2])) outbox.push(event('session.revoked.v1', { session, reason: 'logout' }))
    else outbox.push(event('session.expired.v1', { session }))
  }
  const endAllBut = (kept: string | null) => {
    const ended = sessionIds.filter((it) => it !== kept && !endedAt.has(it))
    for (const id of ended) endedAt.set(id, now)
    unpublished.push(...ended)
  }

  let lastVersion = 0
  const steps = {
    wait: (ms: number) => {
      now += ms
    },
    rename: () => {
      raise({ full_name: `Ada ${user.version + 1}` })
      outbox.push(event('user.updated.v1', { user: { ...user } }))
    },
    end: (id: string) => {
      if (endedAt.has(id)) return
      endedAt.set(id, now)
      appendEnd(id)
    },
    /** Ends so many sessions that their own events come later. */
    endAllBut: (kept: string | null) => {
      endAllBut(kept)
      raise({})
      outbox.push(event('user.updated.v1', { user: { ...user }, sessions_ended: true }))
    },
    suspend: () => {
      endAllBut(null)
      raise({ is_active: false })
      outbox.push(event('user.deactivated.v1', { user: { ...user }, sessions_ended: true }))
      raise({ is_active: true })
      outbox.push(event('user.activated.v1', { user: { ...user } }))
    },
    publishEnds: () => {
      for (const id of unpublished) appendEnd(id)
      unpublished = []
    },
    relay: () => {
      queue.push(...outbox.map((it) => ({ event: it })))
      outbox = []
      asOf = now
    },
    beat: () => void queue.push({ beat: { as_of: asOf, sent_at: now } }),
    deliver: () => {
      const message = queue.shift()
      if (message && 'event' in message) directory.apply(message.event)
      else if (message) freshness.heartbeat(message.beat)
    },
    /** The connection was lost: waiting messages are gone, and a new queue is bound. */
    rebind: () => {
      queue = []
      freshness.reset()
      directory.startEpoch()
    },
    send: () =>
      void flights.push({
        lookUp: directory.beginLookUp(now),
        answer: null,
        sentAt: now,
        nowMs: 0,
        answered: false,
      }),
    /** Identity reads its tables for the oldest look-up without an answer. */
    read: () => {
      const flight = flights.find((it) => it.answer === null)
      if (!flight) return
      flight.nowMs = now
      flight.answer = sessionIds.map((id) =>
        endedAt.has(id) ? { state: 'ended', id } : { state: 'active', id, expires_at: farFuture, user: { ...user } },
      )
    },
    /** Any answer may arrive at any time after it was read. */
    answer: (which: number) => {
      const ready = flights.filter((it) => it.answer !== null && !it.answered)
      const flight = ready[which % Math.max(1, ready.length)]
      if (!flight?.answer) return
      flight.answered = true
      freshness.clockSample({ sentAt: flight.sentAt, nowMs: flight.nowMs })
      flight.lookUp.answered(flight.answer)
      flight.lookUp.close()
    },
    request: (id: string) => {
      const outcome = check({ sub: userId, sid: id })
      if (outcome instanceof Promise) return 'looked up'
      const end = endedAt.get(id)
      if (outcome === null) expect(end, 'an active session was refused').toBeDefined()
      else {
        expect(end === undefined || now - end < 1_000, `accepted ${now - (end ?? 0)} ms after its end`).toBe(true)
        // An evicted entry may come back with the older state of a slow answer, for less than a second.
        if (maxSessions >= sessionIds.length) {
          expect(outcome.version, 'a version decreased').toBeGreaterThanOrEqual(lastVersion)
        }
        lastVersion = outcome.version
        const versionASecondAgo = 1 + renamedAt.filter((it) => now - it >= 1_000).length
        expect(lastVersion, 'an old version was shown').toBeGreaterThanOrEqual(versionASecondAgo)
      }
      return 'from memory'
    },
  }
  return steps
}

type Steps = ReturnType<typeof createWorld>
const session = fc.constantFrom(...sessionIds)
const requestAll = (it: Steps) => {
  for (const id of sessionIds) it.request(id)
}
const step: fc.Arbitrary<(world: Steps) => void> = fc.oneof(
  fc.constantFrom(50, 200, 600, 1_100).map((ms) => (it: Steps) => it.wait(ms)),
  fc.constant((it: Steps) => it.rename()),
  session.map((id) => (it: Steps) => it.end(id)),
  fc.constantFrom(...sessionIds, null).map((kept) => (it: Steps) => it.endAllBut(kept)),
  fc.constant((it: Steps) => it.suspend()),
  fc.constant((it: Steps) => it.publishEnds()),
  fc.constant((it: Steps) => it.relay()),
  fc.constant((it: Steps) => it.beat()),
  fc.constant((it: Steps) => it.deliver()),
  fc.constant((it: Steps) => it.rebind()),
  fc.constant((it: Steps) => it.send()),
  fc.constant((it: Steps) => it.read()),
  fc.nat(3).map((which) => (it: Steps) => it.answer(which)),
  // Common sequences, so that the rare steps above meet a directory with fresh entries.
  fc.constant((it: Steps) => {
    it.send()
    it.read()
    it.answer(0)
  }),
  fc.constantFrom(...sessionIds, null).map((id) => (it: Steps) => {
    it.send()
    it.read()
    if (id) it.end(id)
    else it.rename()
    it.relay()
    for (let left = 6; left > 0; left -= 1) it.deliver()
    it.answer(0)
  }),
  fc.constant((it: Steps) => {
    for (let beats = 0; beats < 5; beats += 1) {
      it.wait(250)
      it.relay()
      it.beat()
      for (let left = 6; left > 0; left -= 1) it.deliver()
    }
  }),
  fc.integer({ min: 1, max: 6 }).map((messages) => (it: Steps) => {
    it.relay()
    it.beat()
    for (let left = messages; left > 0; left -= 1) it.deliver()
  }),
  { weight: 3, arbitrary: fc.constant(requestAll) },
)

describe('the session directory', () => {
  it.each([
    ['with room for all', 10],
    ['with room for two sessions', 2],
  ])(
    'accepts no session a second after its end and refuses no active one, in any interleaving, %s',
    (_how, room) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
          const world = createWorld(room)
          for (const take of steps) take(world)
          requestAll(world)
        }),
        { numRuns: 20_000 },
      )
      // 20,000 runs take longer than 5 s on a busy machine.
    },
    60_000,
  )

  it('looks up every session of a user again when very many end at once, also those with a look-up in flight', () => {
    const world = createWorld(10)
    const [kept, gone] = sessionIds as [string, string]
    const deliverAll = () => {
      world.relay()
      world.beat()
      for (let left = 6; left > 0; left -= 1) world.deliver()
    }
    const sendAndRead = () => {
      world.send()
      world.read()
    }
    sendAndRead()
    world.answer(0)
    deliverAll()
    expect(world.request(gone)).toBe('from memory')
    // In flight while they end, so its answer is old.
    sendAndRead()
    world.endAllBut(kept)
    deliverAll()
    expect([world.request(gone), world.request(kept)]).toEqual(['looked up', 'looked up'])
    world.answer(0)
    expect([world.request(gone), world.request(kept)]).toEqual(['looked up', 'looked up'])
    sendAndRead()
    world.answer(0)
    expect([world.request(gone), world.request(kept)]).toEqual(['from memory', 'from memory'])
  })

  it('treats a deleted user as inactive', () => {
    const directory = createSessionDirectory({ maxSessions: 10 })
    const [id] = sessionIds as [string]
    const user = ada
    const lookUp = directory.beginLookUp(0)
    lookUp.answered([{ state: 'active', id, expires_at: farFuture, user }])
    directory.apply({ type: 'user.deleted.v1', data: { user: { id: userId, version: 2 } } } as GatehouseEvent)
    expect(directory.find(id)?.user).toMatchObject({ state: { is_active: false } })
    // An answer from before the deletion.
    lookUp.answered([{ state: 'active', id: `${id.slice(0, -1)}9`, expires_at: farFuture, user }])
    expect(directory.find(`${id.slice(0, -1)}9`)?.user).toMatchObject({ state: { is_active: false } })
    lookUp.close()
  })

  it('keeps a user only while it has a session of the user', () => {
    const directory = createSessionDirectory({ maxSessions: 10 })
    const [one, other] = sessionIds as [string, string]
    const answer = (id: string, version: number) => {
      const lookUp = directory.beginLookUp(0)
      lookUp.answered([{ state: 'active', id, expires_at: farFuture, user: { ...ada, version } }])
      lookUp.close()
      return directory.find(id)?.user?.state.version
    }
    const end = (id: string) =>
      directory.apply({ type: 'session.expired.v1', data: { session: { id } } } as unknown as GatehouseEvent)
    answer(one, 1)
    answer(other, 1)
    end(one)
    directory.apply({ type: 'user.updated.v1', data: { user: { ...ada, version: 7 } } } as GatehouseEvent)
    expect(directory.find(other)?.user?.state.version, 'by the remaining session').toBe(7)
    expect(answer(String(sessionIds[2]), 6), 'an older answer').toBe(7)
    end(other)
    end(String(sessionIds[2]))
    expect(answer(String(sessionIds[3]), 5), 'forgotten with the last session').toBe(5)
    expect(directory.size()).toBe(4)
  })

  it('keeps the epoch in which an answer was asked for', () => {
    const directory = createSessionDirectory({ maxSessions: 10 })
    const [id] = sessionIds as [string]
    const epochAnswered = (lookUp: LookUp) => {
      lookUp.answered([{ state: 'active', id, expires_at: farFuture, user: ada }])
      lookUp.close()
      return directory.find(id)?.epoch
    }
    directory.startEpoch()
    expect(epochAnswered(directory.beginLookUp(0))).toBe(directory.epoch())
    const early = directory.beginLookUp(1)
    directory.startEpoch()
    expect(epochAnswered(early)).toBe(directory.epoch() - 1)
  })

  it('answers from memory while heartbeats arrive', () => {
    const world = createWorld(10)
    world.send()
    world.read()
    world.answer(0)
    for (let beats = 0; beats < 40; beats += 1) {
      world.wait(250)
      world.relay()
      world.beat()
      world.deliver()
      expect(world.request(sessionIds[0] ?? '')).toBe('from memory')
    }
  })
})
