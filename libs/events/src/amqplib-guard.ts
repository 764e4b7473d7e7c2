import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

type Connection = { on: (event: 'error', listener: () => void) => void; open: (...args: unknown[]) => void }

let guarded = false

/**
 * Keeps a broker from ending the process with bytes that arrive together with the end of its handshake. amqplib parses them
 * before it returns the new connection, so a refusal or garbage becomes an `error` event that nobody can listen for yet. Here
 * each connection gets a listener before it reads; the connection is then dead, and its first use fails. amqplib has no public
 * hook for this; test/hostile-peer.test.ts fails when its internals change.
 */
export const guardAmqplib = () => {
  if (guarded) return
  const require = createRequire(import.meta.url)
  const internals = join(dirname(require.resolve('amqplib')), 'lib', 'connection.js')
  const { prototype } = require(internals).Connection as { prototype: Connection }
  const { open } = prototype
  prototype.open = function (this: Connection, ...args) {
    this.on('error', () => undefined)
    open.apply(this, args)
  }
  guarded = true
}
