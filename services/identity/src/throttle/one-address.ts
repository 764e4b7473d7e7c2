import type { Logger } from '@gatehouse/service'

const windowSize = 100
const share = 0.9
const minUsernames = 20
const pauseMs = 3_600_000

/**
 * Warns, at most once an hour, if nearly all sign-ins of many users come from one address. That is most likely a proxy in
 * front of Nginx, whose clients would then share their throttle counters.
 */
export const createOneAddressWarning = (log: Logger, now: () => number = Date.now) => {
  const latest: { username: string; address: string }[] = []
  let warnedAt = Number.NEGATIVE_INFINITY

  return (username: string, address: string | null) => {
    if (address === null) return
    latest.push({ username, address })
    if (latest.length > windowSize) latest.shift()
    if (latest.length < windowSize || now() - warnedAt < pauseMs) return
    const fromAddress = latest.filter((it) => it.address === address)
    if (fromAddress.length <= share * windowSize || new Set(fromAddress.map((it) => it.username)).size < minUsernames)
      return
    warnedAt = now()
    log.warn(
      { address, sign_ins: fromAddress.length, of_the_last: windowSize },
      'nearly all sign-ins come from one address: if it is a proxy in front of Nginx, add it to TRUSTED_PROXIES, or all its clients are throttled together',
    )
  }
}
