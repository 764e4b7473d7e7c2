import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type Direction = 'to-target' | 'to-client'

/** The current behaviour of the proxy. */
export type Conduct = {
  kind: 'pass' | 'reset' | 'stall' | 'half-open'
  delayMs: number
  drip: { bytes: number; everyMs: number } | null
  cut: { afterBytes: number; direction: Direction } | null
}

type Needs = {
  from: Socket
  to: Socket
  direction: Direction
  conduct: () => Conduct
  /** Resolves when the behaviour changes. */
  changed: () => Promise<void>
  /** Resolves when this connection has ended. */
  closed: Promise<void>
  reset: () => void
}

// Reading pauses above this, so that the sender gets back-pressure as from a slow network.
const maxWaitingBytes = 1024 * 1024

/** Forwards one direction of one connection, in order, with the proxy's current behaviour. */
export const carryBytes = ({ from, to, direction, conduct, changed, closed, reset }: Needs) => {
  let waitingBytes = 0
  let last: Promise<void> = Promise.resolve()
  let counted = { under: conduct(), bytes: 0 }

  const write = (piece: Buffer) =>
    Promise.race([closed, new Promise<void>((resolve) => void to.write(piece, () => resolve()))])

  /** @returns how many bytes may still pass before the cut */
  const leftBeforeCut = (now: Conduct) => {
    if (now.cut?.direction !== direction) return Number.POSITIVE_INFINITY
    if (counted.under !== now) counted = { under: now, bytes: 0 }
    return now.cut.afterBytes - counted.bytes
  }

  const forward = async (chunk: Buffer, arrivedAt: number) => {
    const earlyByMs = arrivedAt + conduct().delayMs - performance.now()
    if (conduct().delayMs > 0 && earlyByMs > 0) await delay(earlyByMs)
    let rest = chunk
    while (rest.length > 0 && !to.destroyed) {
      const now = conduct()
      if (now.kind !== 'pass') {
        await Promise.race([changed(), closed])
        continue
      }
      if (now.drip) await delay(now.drip.everyMs)
      const left = leftBeforeCut(now)
      const piece = rest.subarray(0, Math.min(now.drip?.bytes ?? rest.length, left))
      await write(piece)
      counted.bytes += piece.length
      if (piece.length === left) return reset()
      rest = rest.subarray(piece.length)
    }
  }

  from.on('data', (chunk: Buffer) => {
    const arrivedAt = performance.now()
    waitingBytes += chunk.length
    if (waitingBytes > maxWaitingBytes) from.pause()
    last = last.then(async () => {
      await forward(chunk, arrivedAt)
      waitingBytes -= chunk.length
      if (waitingBytes <= maxWaitingBytes) from.resume()
    })
  })
  from.on('end', () => {
    last = last.then(() => void to.end())
  })
}
