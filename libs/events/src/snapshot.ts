import { setTimeout as delay } from 'node:timers/promises'
import { type SnapshotPage, snapshotPage } from '@gatehouse/contracts'
import type { Log } from './broker-link.ts'

/** Where identity is, and the credential of a service there (`SERVICE_CREDENTIALS_FILE`). */
export type Identity = {
  /** The issuer: what lies below it is `/events/snapshot`. */
  url: string
  name: string
  secret: string
}

const pageSize = 500
const answerWithinMs = 10_000
const tryForMs = 60_000
const retryEveryMs = 1_000

/** It has answered, and asking again would not change that. */
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

/** Waits for identity up to a minute for each page. @throws Error when it refuses, or the minute is over */
const readPagePatiently = async (identity: Identity, after: string | null, log: Log) => {
  const deadline = performance.now() + tryForMs
  while (true) {
    try {
      return await readPage(identity, after)
    } catch (error) {
      if (error instanceof Refused || performance.now() > deadline) throw error
      log.warn({ err: error }, 'no page of the snapshot; asking again')
      await delay(retryEveryMs)
    }
  }
}

/** All users, by id, each as it is at the moment its page is read. */
export async function* readSnapshot(identity: Identity, log: Log) {
  let after: string | null = null
  do {
    const page: SnapshotPage = await readPagePatiently(identity, after, log)
    yield* page.users
    after = page.next
  } while (after !== null)
}
