import type { Logger } from '@gatehouse/service'

const watched = 100
const share = 0.9
const differentPeople = 20
const quietMs = 3_600_000

/**
 * Notices that nearly all sign-ins, of many people, come from one address. That is most likely a proxy in front of Nginx, and
 * then all who use it are counted as one; said once an hour at most.
 */
export const createOneAddressNotice = (log: Logger, now: () => number = Date.now) => {
  const latest: { username: string; address: string }[] = []
  let saidAt = Number.NEGATIVE_INFINITY

  return (username: string, address: string | null) => {
    if (address === null) return
    latest.push({ username, address })
    if (latest.length > watched) latest.shift()
    if (latest.length < watched || now() - saidAt < quietMs) return
    const here = latest.filter((it) => it.address === address)
    if (here.length <= share * watched || new Set(here.map((it) => it.username)).size < differentPeople) return
    saidAt = now()
    log.warn(
      { address, sign_ins: here.length, of_the_last: watched },
      'nearly all sign-ins come from one address: if it is a proxy in front of Nginx, name it in TRUSTED_PROXIES, or all who use it are throttled as one',
    )
  }
}
