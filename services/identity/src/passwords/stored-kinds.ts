import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Logger } from '@gatehouse/service'
import type { RefusalTime } from './refusal-time.ts'
import { type StoredHash, sampleOfKind } from './stored-hash.ts'

type Needs = {
  /** Kinds of stored hashes, except that of new hashes. */
  findKinds: () => Promise<string[]>
  isCurrent: (kind: string) => boolean
  /** Runs a job in the queue of imported hashes. */
  inQueue: (job: () => Promise<void>) => Promise<void>
  refusalTime: RefusalTime
  log: Logger
}

const measurements = 4

/** The most expensive kind of each algorithm. */
const costliest = (samples: StoredHash[]) => {
  const found = new Map<string, StoredHash>()
  for (const it of samples) if (it.work > (found.get(it.algorithm)?.work ?? 0)) found.set(it.algorithm, it)
  return [...found.values()]
}

/**
 * Adjusts the time of refusals to the kinds of stored hashes. A new kind is measured. Once the last imported hash is
 * replaced, refusals are not delayed any more.
 */
export const createKindUpdate = ({ findKinds, isCurrent, inQueue, refusalTime, log }: Needs) => {
  const msOf = new Map<string, number>()
  const loggedKinds = new Set<string>()

  const measure = async ({ kind, verify }: StoredHash) => {
    await inQueue(async () => {
      let fastestMs = Number.POSITIVE_INFINITY
      // The fastest of several: the first one includes allocations, and others may run in a busy moment.
      for (let nth = 0; nth < measurements; nth += 1) {
        const startedAt = performance.now()
        await verify(randomBytes(16).toString('hex'))
        fastestMs = Math.min(fastestMs, performance.now() - startedAt)
      }
      msOf.set(kind, fastestMs)
    })
    log.info({ kind, ms: Math.round(msOf.get(kind) ?? 0) }, 'measured imported password hashes')
  }

  const warnOfCostly = (kinds: string[]) => {
    const newKinds = kinds.filter((it) => !loggedKinds.has(it))
    if (newKinds.length === 0) return
    for (const it of newKinds) loggedKinds.add(it)
    log.warn(
      { kinds: newKinds },
      'some password hashes exceed the cost limits of imports; they are slow to verify until their users sign in',
    )
  }

  return async function updateKinds() {
    const samples = (await findKinds()).filter((it) => !isCurrent(it)).flatMap((it) => sampleOfKind(it) ?? [])
    const costly = samples.filter((it) => !it.isAffordable)
    warnOfCostly(costly.map((it) => it.kind))
    const slowest = costliest(samples.filter((it) => it.isAffordable))
    for (const it of slowest) if (!msOf.has(it.kind)) await measure(it)
    // Hashes above the limits are not measured; refusals then take the maximum time.
    const known = costly.length > 0 ? [Number.POSITIVE_INFINITY] : slowest.map((it) => msOf.get(it.kind) ?? 0)
    refusalTime.setSlowest(Math.max(0, ...known))
  }
}
