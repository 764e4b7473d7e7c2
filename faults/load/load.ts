import { publicUser } from '@gatehouse/contracts'
import { inTurn, keepPace } from '@gatehouse/e2e/support/pace.ts'
import { openRandom } from '@gatehouse/e2e/support/random.ts'
import { api } from '@gatehouse/e2e/support/stack.ts'
import { meAt } from '@gatehouse/e2e/support/users.ts'
import type { Answer } from '@gatehouse/testkit'
import type { History, Read } from '../history/history.ts'
import type { GatewayList } from './gateways.ts'
import { ask, openPatientClient } from './patient-client.ts'
import { openPerson, type Session } from './person.ts'
import { openPlan } from './plan.ts'
import { markersOf } from './version-markers.ts'
import { watchEnded } from './watch.ts'

type Needs = {
  seed: number
  people: number
  adminToken: string
  gateways: GatewayList
  /** The row under way writes here. */
  history: () => History
}

/** Of a refusal; what is no problem document has none. */
const codeOf = ({ body }: Answer) => String((body as { code?: string }).code)

const perSecond = { changes: 20, reads: 50 }
// While a change is asked again and again nobody piles more on it.
const mostWaiting = 2
const madeAtOnce = 2

/** Users who are changed and asked about without a pause; the seed decides what happens to whom. */
export const openLoad = async ({ seed, people, adminToken, gateways, history }: Needs) => {
  const client = openPatientClient((it) => history().attempts.push(it))
  const plan = openPlan(seed, people)
  const random = openRandom(seed + 1)
  const watches = new Set<Promise<void>>()
  let skipped = 0

  const readAt = async (at: string, url: string, { id, user, token }: Session): Promise<Read> => {
    const { answer, begunMs, endedMs } = await ask(() => meAt(url, token))
    const parsed = answer?.status === 200 ? publicUser.parse(answer.body) : undefined
    const read: Read = {
      ...{ at, session: id, user, begunMs, endedMs, status: answer?.status ?? null },
      ...(answer && answer.status !== 200 && { code: codeOf(answer) }),
      ...(parsed && { markers: markersOf(parsed) }),
    }
    history().reads.push(read)
    return read
  }

  const onEnded = (session: Session, endedMs: number) => {
    for (const { name } of gateways.all()) {
      // Looked up each time: the gateway may be started anew meanwhile.
      const url = () => gateways.all().find((it) => it.name === name)?.url ?? ''
      const watch = watchEnded(() => readAt(name, url(), session), endedMs)
      watches.add(watch)
      void watch.finally(() => watches.delete(watch))
    }
  }

  const deleted: string[] = []
  const onDeleted = (id: string) => void deleted.push(id)
  const record = (it: History['endings'][number]) => void history().endings.push(it)
  const all = Array.from({ length: people }, () => openPerson({ client, adminToken, record, onEnded, onDeleted }))
  const unopened = [...all]
  const fill = async () => {
    for (let person = unopened.pop(); person; person = unopened.pop()) await person.open()
  }
  // As many at a time as identity hashes at once on two cores.
  await Promise.all(Array.from({ length: madeAtOnce }, fill))

  const change = async () => {
    const { change, place } = plan.next()
    const person = inTurn(all, place)
    if (person.waiting() < mostWaiting) return person.apply(change)
    skipped += 1
  }
  const read = async (nth: number) => {
    const session = inTurn(all, Math.floor(random() * people)).session()
    const targets = [...gateways.all().map(({ name, url }) => ({ name, url })), { name: 'nginx', url: api() }]
    const { name, url } = inTurn(targets, nth)
    if (session) await readAt(name, url, session)
  }

  return {
    deleted: () => deleted,
    skipped: () => skipped,
    client,
    /** @returns a stop that waits for what is under way, watches of ended sessions too */
    start: () => {
      const stops = [keepPace(perSecond.changes, change), keepPace(perSecond.reads, read)]
      return async () => {
        const outcomes = await Promise.allSettled(stops.map((stop) => stop()))
        await Promise.all(watches)
        const failed = outcomes.find((it) => it.status === 'rejected')
        if (failed) throw failed.reason
      }
    },
  }
}
