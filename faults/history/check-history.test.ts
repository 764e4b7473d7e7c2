import { describe, expect, it } from 'vitest'
import { checkHistory } from './check-history.ts'
import { type Delivery, type Ending, openHistory, type Process, type Read } from './history.ts'

const read = (more: Partial<Read>): Read => ({
  at: 'gateway-1',
  session: 's1',
  user: 'u1',
  begunMs: 0,
  endedMs: 1,
  status: 200,
  ...more,
})
const ending = (more: Partial<Ending> = {}): Ending => ({
  sessions: ['s1'],
  begunMs: 100,
  endedMs: 200,
  done: true,
  ...more,
})
const delivery = (id: string, version: number, more: Partial<Delivery> = {}): Delivery => ({
  subscriber: 'audit',
  id,
  type: 'user.updated.v1',
  subject: 'u1',
  version,
  ...more,
})
const markers = (fullName: number, roles = 0) => ({ fullName, roles })

/** A history in which all is as it should be, with faults all over. */
const good = () => {
  const history = openHistory()
  history.reads.push(
    read({ markers: markers(1), begunMs: 0, endedMs: 10 }),
    read({ markers: markers(2), begunMs: 11, endedMs: 20 }),
    // Asked before the newer answer came: it may be older.
    read({ markers: markers(1), begunMs: 15, endedMs: 30 }),
    read({ at: 'gateway-2', markers: markers(1), begunMs: 40, endedMs: 50 }),
    read({ at: 'nginx', markers: markers(2), begunMs: 51, endedMs: 52 }),
    read({ at: 'nginx', markers: markers(1), begunMs: 53, endedMs: 54 }),
    read({ status: 503, code: 'cannot_verify', begunMs: 60, endedMs: 70 }),
    read({ status: null, begunMs: 60, endedMs: 70 }),
    // Its end was under way, then answered, and counts a second later at the latest.
    read({ status: 401, begunMs: 90, endedMs: 110 }),
    read({ begunMs: 1_200, endedMs: 1_300, markers: markers(2) }),
    read({ status: 401, begunMs: 1_201, endedMs: 1_300 }),
    // Nobody knows whether this one has ended.
    read({ session: 's2', begunMs: 9_000, endedMs: 9_001, markers: markers(2) }),
    read({ session: 's2', status: 401, begunMs: 9_000, endedMs: 9_001 }),
  )
  history.endings.push(ending({ done: false, begunMs: 100, endedMs: 150 }), ending())
  history.endings.push(ending({ sessions: ['s2'], done: false }))
  history.deliveries.push(delivery('a', 1), delivery('b', 2), delivery('a', 1), delivery('c', 2))
  history.deliveries.push(delivery('d', 9, { subject: 'u2' }), delivery('e', 3))
  // A session's event carries the version that its sign-in saw.
  history.deliveries.push(delivery('f', 2, { type: 'session.started.v1' }))
  history.finalState.identity.set('u1', { version: 3, state: 'x' }).set('u2', { version: null, state: '' })
  history.finalState.subscribers.set(
    'audit',
    new Map([
      ['u1', { version: 3, state: 'x' }],
      ['u2', { version: null, state: '' }],
    ]),
  )
  for (const id of 'abcdef') history.finalState.events.add(id)
  history.processes.push({ name: 'gateway-1', complaints: [], memoryBytes: { before: 100e6, after: 150e6 } })
  history.processes.push({ name: 'gateway-2', complaints: [], memoryBytes: null })
  return history
}

const process = (more: Partial<Process>): Process => ({ name: 'it', complaints: [], memoryBytes: null, ...more })

/** Each bends the good history in one place. */
const bends: Record<string, [string, (history: ReturnType<typeof good>) => unknown]> = {
  'an event that never came': ['nothing_lost', (it) => it.finalState.events.add('g')],
  'a subscriber with an older state': [
    'nothing_lost',
    (it) => it.finalState.identity.set('u1', { version: 4, state: 'y' }),
  ],
  'a subscriber with another state': [
    'nothing_lost',
    (it) => it.finalState.identity.set('u1', { version: 3, state: 'y' }),
  ],
  'a subscriber that does not know a user': [
    'nothing_lost',
    (it) => it.finalState.identity.set('u3', { version: 1, state: 'x' }),
  ],
  'a deleted user that lives on': [
    'nothing_lost',
    (it) => it.finalState.identity.set('u1', { version: null, state: '' }),
  ],
  'a 200 begun too late': ['no_one_let_in', (it) => it.reads.push(read({ begunMs: 1_201, endedMs: 1_202 }))],
  'a 401 before anybody ended it': [
    'no_one_wrongly_out',
    (it) => it.reads.push(read({ status: 401, begunMs: 80, endedMs: 99 })),
  ],
  'a 401 for a session that nobody ends': [
    'no_one_wrongly_out',
    (it) => it.reads.push(read({ session: 's3', status: 401, begunMs: 9_000, endedMs: 9_001 })),
  ],
  'an older name answered later': [
    'versions_never_fall',
    (it) => it.reads.push(read({ markers: markers(1), begunMs: 21, endedMs: 22 })),
  ],
  'older roles answered later': [
    'versions_never_fall',
    (it) =>
      it.reads.push(
        read({ session: 's9', markers: markers(2, 5), begunMs: 21, endedMs: 22 }),
        read({ session: 's9', markers: markers(3, 4), begunMs: 23, endedMs: 24 }),
      ),
  ],
  'an event that overtook another of its user': [
    'versions_never_fall',
    (it) => it.deliveries.splice(0, 2, delivery('b', 2), delivery('a', 1)),
  ],
  'a process that exited': ['no_process_exits', (it) => it.processes.push(process({ complaints: ['exited'] }))],
  'memory that grows': [
    'no_process_exits',
    (it) => it.processes.push(process({ memoryBytes: { before: 100e6, after: 300e6 } })),
  ],
}

describe('the checker', () => {
  it('finds nothing wrong with a history of faults in which every promise was kept', () => {
    expect(checkHistory(good())).toEqual([])
  })

  it.each(Object.entries(bends))('tells %s', (_name, [invariant, bend]) => {
    const history = good()
    bend(history)
    expect(new Set(checkHistory(history).map((it) => it.invariant))).toEqual(new Set([invariant]))
  })
})
