import type { Request } from 'express'
import type { Origin } from '../sessions/origin.ts'

/** From where a request comes. What a client says of itself is cut and freed of control characters before it is kept. */
export const originOf = (req: Request): Origin => ({
  device: (req.get('user-agent') ?? '').replaceAll(/\p{Cc}/gu, '').slice(0, 200) || null,
  address: req.ip ?? null,
})
