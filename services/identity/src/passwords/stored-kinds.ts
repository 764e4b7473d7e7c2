import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Logger } from '@gatehouse/service'
import type { RefusalTime } from './refusal-time.ts'
import { type StoredHash, sampleOfKind } from './stored-hash.ts'

type Needs = {
  /** Kinds of hashes that users have, but for the one that new ones are made in. */
  findKinds: () => Promise<string[]>
  isCurrent: (kind: string) => boolean
  /** Runs a job in the queue in which such hashes are verified. */
  inTurn: (job: () => Promise<void>) => Promise<void>
  refusalTime: RefusalTime
  log: Logger
}

const measures = 4

/** The dearest of each algorithm: the others of it take less, so they need no measure. */
const dearest = (samples: StoredHash[]) => {
  const found = new Map<string, StoredHash>()
  for (const it of samples) if (it.work > (found.get(it.algorithm)?.work ?? 0)) found.set(it.algorithm, it)
  return [...found.values()]
}

/**
 * Keeps the time of a refusal in step with the kinds of hashes that are stored: one that has come is measured, and when
 * the last has been hashed anew nothing is held back any more.
 */
export const createFollowKinds = ({ findKinds, isCurrent, inTurn, refusalTime, log }: Needs) => {
  const msOf = new Map<string, number>()
  const toldOf = new Set<string>()

  const measure = async ({ kind, verify }: StoredHash) => {
    await inTurn(async () => {
      let quickestMs = Number.POSITIVE_INFINITY
      // The first one pays for memory that the others find, and a busy moment for all else that happens in it.
      for (let nth = 0; nth < measures; nth += 1) {
        const startedAt = performance.now()
        await verify(randomBytes(16).toString('hex'))
        quickestMs = Math.min(quickestMs, performance.now() - startedAt)
      }
      msOf.set(kind, quickestMs)
    })
    log.info({ kind, ms: Math.round(msOf.get(kind) ?? 0) }, 'users have hashes of another kind than new ones')
  }

  const tellOfDear = (kinds: string[]) => {
    const news = kinds.filter((it) => !toldOf.has(it))
    if (news.length === 0) return
    for (const it of news) toldOf.add(it)
    log.warn(
      { kinds: news },
      'users have hashes that are no longer taken over; they cost a lot until their next sign-in',
    )
  }

  return async function followKinds() {
    const samples = (await findKinds()).filter((it) => !isCurrent(it)).flatMap((it) => sampleOfKind(it) ?? [])
    const dear = samples.filter((it) => !it.isAffordable)
    tellOfDear(dear.map((it) => it.kind))
    const slowest = dearest(samples.filter((it) => it.isAffordable))
    for (const it of slowest) if (!msOf.has(it.kind)) await measure(it)
    // What is too dear to be measured is as slow as a refusal may get.
    const known = dear.length > 0 ? [Number.POSITIVE_INFINITY] : slowest.map((it) => msOf.get(it.kind) ?? 0)
    refusalTime.expect(Math.max(0, ...known))
  }
}
