import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

type Connection = { on: (event: 'error', listener: () => void) => void; open: (...args: unknown[]) => void }

let guarded = false

/**
 * amqplib reads on before it hands a new connection out. What a broker sends in one packet with the last word of its
 * handshake, a refusal or garbage, becomes an `error` event that nobody can listen for yet, and that ends the process. So
 * each connection gets a listener before it reads; it is dead then, and its first use says so. This reaches inside
 * amqplib, which offers no other place: test/hostile-peer.test.ts tells when it no longer fits.
 */
export const guardAmqplib = () => {
  if (guarded) return
  const require = createRequire(import.meta.url)
  const inside = join(dirname(require.resolve('amqplib')), 'lib', 'connection.js')
  const { prototype } = require(inside).Connection as { prototype: Connection }
  const { open } = prototype
  prototype.open = function (this: Connection, ...args) {
    this.on('error', () => undefined)
    open.apply(this, args)
  }
  guarded = true
}
