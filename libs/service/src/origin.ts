import type { Request } from 'express'

/** From where a request comes. */
export type Origin = { device: string | null; address: string | null }

/** What a client says of itself is cut and freed of control characters before it is kept. */
export const originOf = (req: Request): Origin => ({
  device: (req.get('user-agent') ?? '').replaceAll(/\p{Cc}/gu, '').slice(0, 200) || null,
  address: req.ip ?? null,
})
