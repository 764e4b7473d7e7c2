/**
 * Each failure after the `free` ones is followed by a wait, which doubles from one second up to `maxSeconds`. A counter
 * resets an hour after its last failure.
 */
export type Limit = { free: number; maxSeconds: number }

/**
 * An attempt from an unknown network is counted three ways: per pair of network and account, against guessing at one account;
 * per network, against trying many accounts; and per account, against a distributed attack. An attempt from a network that
 * the user has recently used has its own counter instead, per device or per network. The counters that others can fill have
 * short waits, so that nobody can lock an owner out.
 */
export const limits = {
  pair: { free: 5, maxSeconds: 900 },
  account: { free: 100, maxSeconds: 30 },
  /** An IPv4 address or an IPv6 /64; then a /56 and a /48. */
  networks: [
    { free: 50, maxSeconds: 30 },
    { free: 200, maxSeconds: 30 },
    { free: 500, maxSeconds: 30 },
  ],
  knownNetwork: { free: 10, maxSeconds: 30 },
  knownDevice: { free: 20, maxSeconds: 10 },
  /** Wrong current passwords in one session. The session ends when `free` is reached. */
  session: { free: 5, maxSeconds: 3600 },
} as const satisfies Record<string, Limit | readonly Limit[]>

export const resetAfterSeconds = 3600

/** The wait in seconds after each failure beyond the free ones; the last applies to all further failures. */
export const waitsOf = ({ maxSeconds }: Limit) => {
  const doublings = Math.ceil(Math.log2(maxSeconds))
  return Array.from({ length: doublings + 1 }, (_, at) => Math.min(maxSeconds, 2 ** at))
}
