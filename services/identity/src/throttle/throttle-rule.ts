/**
 * How many failures a key may have before each further one is followed by a wait, and how long that may get. The wait
 * doubles from one second. Failures are forgotten an hour after the last.
 */
export type Limit = { free: number; mostSeconds: number }

/**
 * A stranger is counted three times: the pair catches who guesses at one account, the networks who tries many, the account a
 * crowd. Somebody at a network where this user was lately is counted on his own, and nothing else holds for him: by the device
 * that was seen there, or by the network alone. What others can fill costs seconds, so nobody can lock an owner out.
 */
export const limits = {
  pair: { free: 5, mostSeconds: 900 },
  account: { free: 100, mostSeconds: 30 },
  /** An IPv4 address or an IPv6 /64; then a /56 and a /48. */
  networks: [
    { free: 50, mostSeconds: 30 },
    { free: 200, mostSeconds: 30 },
    { free: 500, mostSeconds: 30 },
  ],
  knownNetwork: { free: 10, mostSeconds: 30 },
  knownDevice: { free: 20, mostSeconds: 10 },
  /** Of wrong current passwords in one session, which ends with the last of them. */
  session: { free: 5, mostSeconds: 3600 },
} as const satisfies Record<string, Limit | readonly Limit[]>

export const forgetAfterSeconds = 3600

/** Seconds to wait after each failure beyond the free ones; the last holds for all that follow. */
export const waitsOf = ({ mostSeconds }: Limit) => {
  const doublings = Math.ceil(Math.log2(mostSeconds))
  return Array.from({ length: doublings + 1 }, (_, at) => Math.min(mostSeconds, 2 ** at))
}
