import { setTimeout as delay } from 'node:timers/promises'
import { type SnapshotPage, snapshotPage } from '@gatehouse/contracts'
import type { Log } from './broker-link.ts'

/** Where identity is, and a service credential with the scope `events.read`. */
export type Identity = {
  /** The issuer, such as `https://host/api`; `/events/snapshot` is appended. */
  url: string
  name: string
  secret: string
}

const pageSize = 500
const answerWithinMs = 10_000
const retryForMs = 60_000
const retryEveryMs = 1_000

/** A refusal that a retry would not change. */
class Refused extends Error {
  override readonly name = 'Refused'
}

const readPage = async ({ url, name, secret }: Identity, after: string | null): Promise<SnapshotPage> => {
  const query = new URLSearchParams({ limit: String(pageSize), ...(after === null ? {} : { after }) })
  const credential = Buffer.from(`${name}:${secret}`).toString('base64')
  const response = await fetch(`${url}/events/snapshot?${query}`, {
    headers: { authorization: `Basic ${credential}` },
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const text = await response.text()
  if (response.status >= 500) throw new Error(`identity answered ${response.status}`)
  if (!response.ok) throw new Refused(`identity answered ${response.status}: ${text.slice(0, 300)}`)
  return snapshotPage.parse(JSON.parse(text))
}

/** Retries for up to a minute per page. @throws Error when identity refuses, or the minute is over */
const readPageWithRetry = async (identity: Identity, after: string | null, log: Log) => {
  const deadline = performance.now() + retryForMs
  while (true) {
    try {
      return await readPage(identity, after)
    } catch (error) {
      if (error instanceof Refused || performance.now() > deadline) throw error
      log.warn({ err: error }, 'cannot read a page of the snapshot; retrying')
      await delay(retryEveryMs)
    }
  }
}

/** All users in the order of their ids, each in its state when its page is read. */
export async function* readSnapshot(identity: Identity, log: Log) {
  let after: string | null = null
  do {
    const page: SnapshotPage = await readPageWithRetry(identity, after, log)
    yield* page.users
    after = page.next
  } while (after !== null)
}
