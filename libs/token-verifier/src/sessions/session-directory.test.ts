import type { GatehouseEvent, Heartbeat, LookedUpSession, SessionState, UserState } from '@gatehouse/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCheckSession } from './check-session.ts'
import { createFreshness } from './freshness.ts'
import { createSessionDirectory } from './session-directory.ts'

const userId = '00000000-0000-7000-8000-000000000000'
const sessionIds = [1, 2, 3, 4].map((it) => `00000000-0000-7000-8000-00000000000${it}`)
const farAway = '2100-01-01T00:00:00.000Z'
const long = '2000-01-01T00:00:00.000Z'

const ada: UserState = {
  id: userId,
  username: 'ada',
  full_name: null,
  is_active: true,
  roles: [],
  version: 1,
  created_at: long,
  updated_at: long,
}

type Question = ReturnType<ReturnType<typeof createSessionDirectory>['openQuestion']>
type Flight = { question: Question; answer: LookedUpSession[] | null; sentAt: number; nowMs: number; answered: boolean }
type Message = { event: GatehouseEvent } | { beat: Heartbeat }

/** Identity, broker and one gateway on one clock; every step is taken by hand. */
const createWorld = (maxSessions: number) => {
  let now = 10_000
  const user = { ...ada }
  const renamedAt: number[] = []
  const endedAt = new Map<string, number>()
  /** Ended with all others, and still without an event of its own. */
  let unheard: string[] = []
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
    // Identity is asked by the steps below alone.
    lookUps: { ask: () => new Promise(() => {}) } as never,
    staleGraceMs: 0,
    now: () => now,
    count: () => undefined,
  })

  const raise = (change: Partial<UserState>) => {
    Object.assign(user, change, { version: user.version + 1 })
    renamedAt.push(now)
  }
  const tellEnd = (id: string) => {
    const session: SessionState = {
      id,
      user_id: userId,
      client_id: 'gatehouse',
      created_at: long,
      expires_at: farAway,
      revoked_at: farAway,
    }
    // Half of them because their time was over.
    if (session.id < String(sessionIds[2])) outbox.push(event('session.revoked.v1', { session, reason: 'logout' }))
    else outbox.push(event('session.expired.v1', { session }))
  }
  const endAllBut = (kept: string | null) => {
    const ended = sessionIds.filter((it) => it !== kept && !endedAt.has(it))
    for (const id of ended) endedAt.set(id, now)
    unheard.push(...ended)
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
      tellEnd(id)
    },
    /** So many sessions at once that their own events come later. */
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
    tellEnds: () => {
      for (const id of unheard) tellEnd(id)
      unheard = []
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
      else if (message) freshness.beat(message.beat)
    },
    /** The connection was lost: what waited is gone, and a new queue is bound. */
    rebind: () => {
      queue = []
      freshness.forget()
      directory.startEpoch()
    },
    ask: () =>
      void flights.push({
        question: directory.openQuestion(now),
        answer: null,
        sentAt: now,
        nowMs: 0,
        answered: false,
      }),
    /** Identity reads its tables for the oldest question that it has not read for. */
    read: () => {
      const flight = flights.find((it) => it.answer === null)
      if (!flight) return
      flight.nowMs = now
      flight.answer = sessionIds.map((id) =>
        endedAt.has(id) ? { state: 'ended', id } : { state: 'active', id, expires_at: farAway, user: { ...user } },
      )
    },
    /** Any answer may arrive at any time after it was read. */
    answer: (which: number) => {
      const ready = flights.filter((it) => it.answer !== null && !it.answered)
      const flight = ready[which % Math.max(1, ready.length)]
      if (!flight?.answer) return
      flight.answered = true
      freshness.sampled({ sentAt: flight.sentAt, nowMs: flight.nowMs })
      flight.question.answered(flight.answer)
      flight.question.close()
    },
    request: (id: string) => {
      const outcome = check({ sub: userId, sid: id })
      if (outcome instanceof Promise) return 'asked'
      const end = endedAt.get(id)
      if (outcome === null) expect(end, 'a good session was refused').toBeDefined()
      else {
        expect(end === undefined || now - end < 1_000, `let in ${now - (end ?? 0)} ms after its end`).toBe(true)
        // What was pushed out of a full memory may come back as a slower answer knew it, for less than the second.
        if (maxSessions >= sessionIds.length) {
          expect(outcome.version, 'a version fell').toBeGreaterThanOrEqual(lastVersion)
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
  fc.constant((it: Steps) => it.tellEnds()),
  fc.constant((it: Steps) => it.relay()),
  fc.constant((it: Steps) => it.beat()),
  fc.constant((it: Steps) => it.deliver()),
  fc.constant((it: Steps) => it.rebind()),
  fc.constant((it: Steps) => it.ask()),
  fc.constant((it: Steps) => it.read()),
  fc.nat(3).map((which) => (it: Steps) => it.answer(which)),
  // What mostly happens, so that the rare steps above meet a gateway that knows and is fresh.
  fc.constant((it: Steps) => {
    it.ask()
    it.read()
    it.answer(0)
  }),
  fc.constantFrom(...sessionIds, null).map((id) => (it: Steps) => {
    it.ask()
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
    'lets nobody in a second after the end and refuses nobody wrongly, in any interleaving, %s',
    (_how, room) => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
          const world = createWorld(room)
          for (const take of steps) take(world)
          requestAll(world)
        }),
        { numRuns: 20_000 },
      )
      // So many runs take longer than the usual 5 s where the machine is busy.
    },
    60_000,
  )

  it('asks anew about every session of a user of whom very many end at once, also what was asked already', () => {
    const world = createWorld(10)
    const [kept, gone] = sessionIds as [string, string]
    const deliverAll = () => {
      world.relay()
      world.beat()
      for (let left = 6; left > 0; left -= 1) world.deliver()
    }
    const askNow = () => {
      world.ask()
      world.read()
    }
    askNow()
    world.answer(0)
    deliverAll()
    expect(world.request(gone)).toBe('from memory')
    // On its way while they end: what it was told is old.
    askNow()
    world.endAllBut(kept)
    deliverAll()
    expect([world.request(gone), world.request(kept)]).toEqual(['asked', 'asked'])
    world.answer(0)
    expect([world.request(gone), world.request(kept)]).toEqual(['asked', 'asked'])
    askNow()
    world.answer(0)
    expect([world.request(gone), world.request(kept)]).toEqual(['from memory', 'from memory'])
  })

  it('holds a user who is deleted for one who counts no more', () => {
    const directory = createSessionDirectory({ maxSessions: 10 })
    const [id] = sessionIds as [string]
    const user = ada
    const question = directory.openQuestion(0)
    question.answered([{ state: 'active', id, expires_at: farAway, user }])
    directory.apply({ type: 'user.deleted.v1', data: { user: { id: userId, version: 2 } } } as GatehouseEvent)
    expect(directory.find(id)?.user).toMatchObject({ state: { is_active: false } })
    // Read before it was deleted.
    question.answered([{ state: 'active', id: `${id.slice(0, -1)}9`, expires_at: farAway, user }])
    expect(directory.find(`${id.slice(0, -1)}9`)?.user).toMatchObject({ state: { is_active: false } })
    question.close()
  })

  it('knows a user for as long as it knows a session of the user, and no longer', () => {
    const directory = createSessionDirectory({ maxSessions: 10 })
    const [one, other] = sessionIds as [string, string]
    const tell = (id: string, version: number) => {
      const question = directory.openQuestion(0)
      question.answered([{ state: 'active', id, expires_at: farAway, user: { ...ada, version } }])
      question.close()
      return directory.find(id)?.user?.state.version
    }
    const end = (id: string) =>
      directory.apply({ type: 'session.expired.v1', data: { session: { id } } } as unknown as GatehouseEvent)
    tell(one, 1)
    tell(other, 1)
    end(one)
    directory.apply({ type: 'user.updated.v1', data: { user: { ...ada, version: 7 } } } as GatehouseEvent)
    expect(directory.find(other)?.user?.state.version, 'of the one that is left').toBe(7)
    expect(tell(String(sessionIds[2]), 6), 'an older answer').toBe(7)
    end(other)
    end(String(sessionIds[2]))
    expect(tell(String(sessionIds[3]), 5), 'forgotten with the last of them').toBe(5)
    expect(directory.size()).toBe(4)
  })

  it('does answer from memory while heartbeats come', () => {
    const world = createWorld(10)
    world.ask()
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
