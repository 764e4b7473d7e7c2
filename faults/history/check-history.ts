import { livesOf } from './endings.ts'
import type { Delivery, History, Process, Read, VersionMarkers } from './history.ts'

export const invariants = {
  nothing_lost: 'nothing lost',
  no_one_let_in: 'no one let in',
  no_one_wrongly_out: 'no one wrongly out',
  versions_never_fall: 'versions never fall',
  no_process_exits: 'no process exits',
} as const
export type Invariant = keyof typeof invariants
export type Violation = { invariant: Invariant; what: string }

/** What the product promises: a revocation counts everywhere after this long. */
const promiseMs = 1_000
// A heap grows before it is collected: a leak is what goes far beyond that.
const mostGrowth = { times: 1.5, bytes: 64 * 1024 * 1024 }

const ms = (figure: number) => `${Math.round(figure)} ms`

/** Every session that was let in too long after its end, or refused before it. */
const checkSessions = ({ reads, endings }: History): Violation[] => {
  const lifeOf = livesOf(endings)
  return reads.flatMap((read): Violation[] => {
    const { mayEndMs, endedMs } = lifeOf(read.session)
    const about = `session ${read.session} at ${read.at}`
    const lateMs = read.begunMs - endedMs
    if (read.status === 200 && lateMs > promiseMs)
      return [{ invariant: 'no_one_let_in', what: `${about}: let in ${ms(lateMs)} after its end was answered` }]
    if (read.status === 401 && read.endedMs < mayEndMs)
      return [{ invariant: 'no_one_wrongly_out', what: `${about}: refused (${read.code}) though nobody had ended it` }]
    return []
  })
}

const fell = (before: VersionMarkers, after: VersionMarkers) =>
  after.fullName < before.fullName || after.roles < before.roles
const larger = (one: VersionMarkers, other: VersionMarkers): VersionMarkers => ({
  fullName: Math.max(one.fullName, other.fullName),
  roles: Math.max(one.roles, other.roles),
})

/** At one gateway, who asks after an answer came is never told something older. Behind Nginx there are several. */
const checkAnswers = ({ reads }: History, isOneGateway: (at: string) => boolean): Violation[] => {
  const violations: Violation[] = []
  const told = Map.groupBy(
    reads.filter((it) => it.markers && isOneGateway(it.at)),
    (it) => `user ${it.user} at ${it.at}`,
  )
  for (const [about, answers] of told) {
    const byEnd = answers.toSorted((one, other) => one.endedMs - other.endedMs)
    let heard: VersionMarkers = { fullName: 0, roles: 0 }
    let next = 0
    for (const { begunMs, markers } of answers.toSorted((one, other) => one.begunMs - other.begunMs)) {
      for (; (byEnd[next] as Read).endedMs < begunMs; next += 1)
        heard = larger(heard, (byEnd[next] as Read).markers as VersionMarkers)
      if (fell(heard, markers as VersionMarkers)) {
        const what = `${about}: ${JSON.stringify(markers)} was answered after ${JSON.stringify(heard)}`
        violations.push({ invariant: 'versions_never_fall', what })
      }
    }
  }
  return violations
}

/** Of each user, the `user.*` events come in the order of their versions; one that comes again was in order the first time. */
const checkOrder = ({ deliveries }: History): Violation[] => {
  const seen = new Set<string>()
  const highest = new Map<string, number>()
  const isFirst = ({ subscriber, id }: Delivery) => {
    const key = `${subscriber} ${id}`
    return !seen.has(key) && seen.add(key)
  }
  return deliveries
    .filter((it) => it.type.startsWith('user.') && isFirst(it))
    .flatMap((it): Violation[] => {
      const key = `${it.subscriber}: user ${it.subject}`
      const before = highest.get(key) ?? 0
      highest.set(key, Math.max(before, it.version))
      if (it.version >= before) return []
      return [{ invariant: 'versions_never_fall', what: `${key}: version ${it.version} came after ${before}` }]
    })
}

const checkFinalState = ({ finalState, deliveries }: History): Violation[] => {
  const violations: Violation[] = []
  const lost = (what: string) => violations.push({ invariant: 'nothing_lost', what })
  for (const [subscriber, users] of finalState.subscribers) {
    for (const [user, { version, state }] of finalState.identity) {
      const known = users.get(user)
      if (known?.version !== version || known?.state !== state)
        lost(`${subscriber}: user ${user} is at version ${known?.version}, at identity ${version}`)
    }
    const came = new Set(deliveries.filter((it) => it.subscriber === subscriber).map((it) => it.id))
    const missing = [...finalState.events].filter((id) => !came.has(id))
    if (missing.length > 0) lost(`${subscriber}: ${missing.length} events never came, among them ${missing[0]}`)
  }
  return violations
}

const checkProcess = ({ name, complaints, memoryBytes }: Process): Violation[] => {
  const violations = complaints.map((it): Violation => ({ invariant: 'no_process_exits', what: `${name}: ${it}` }))
  if (!memoryBytes) return violations
  const { before, after } = memoryBytes
  if (after <= before * mostGrowth.times + mostGrowth.bytes) return violations
  const mb = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`
  return [...violations, { invariant: 'no_process_exits', what: `${name}: memory grew ${mb(before)} -> ${mb(after)}` }]
}

/** What of the five invariants does not hold over this history. */
export const checkHistory = (history: History, isOneGateway = (at: string) => at !== 'nginx'): Violation[] => [
  ...checkFinalState(history),
  ...checkSessions(history),
  ...checkAnswers(history, isOneGateway),
  ...checkOrder(history),
  ...history.processes.flatMap(checkProcess),
]
