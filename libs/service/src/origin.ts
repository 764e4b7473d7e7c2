import type { Request } from 'express'

/** Where a request comes from; `device` is the User-Agent. */
export type Origin = { device: string | null; address: string | null }

/** The User-Agent is truncated, and stripped of control characters, because it is stored. */
export const originOf = (req: Request): Origin => ({
  device: (req.get('user-agent') ?? '').replaceAll(/\p{Cc}/gu, '').slice(0, 200) || null,
  address: req.ip ?? null,
})
