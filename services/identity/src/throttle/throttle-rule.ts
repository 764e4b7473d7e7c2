/**
 * How many failures a key may have before each further one is answered with a wait, and how long that may get. The wait
 * doubles from one second. Failures are forgotten an hour after the last.
 */
export type Limit = { free: number; mostSeconds: number }

/**
 * Three counters for each attempt. The pair catches who guesses at one account; the address who tries many accounts; the
 * account a crowd of addresses. Strangers can only fill the last, so it does not hold for an address from which
 * this user signed in lately, and its wait is short: nobody can lock an owner out.
 */
export const limits = {
  pair: { free: 5, mostSeconds: 900 },
  address: { free: 50, mostSeconds: 900 },
  account: { free: 100, mostSeconds: 30 },
} as const satisfies Record<string, Limit>

export const forgetAfterSeconds = 3600
