import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Conduct, carryBytes, type Direction } from './carry-bytes.ts'

const good: Conduct = { kind: 'pass', delayMs: 0, drip: null, cut: null }

type Address = { host: string; port: number }
type Needs = { target: Address; listen?: Address }

/**
 * A TCP proxy, on a free port of the loopback unless told otherwise, that misbehaves on demand. A switch holds for the connections there are and for new ones,
 * until the next switch.
 */
export const startFaultProxy = async ({ target, listen = { host: '127.0.0.1', port: 0 } }: Needs) => {
  let conduct = good
  let changed = Promise.withResolvers<void>()
  let connections = 0
  const clients = new Set<Socket>()
  const targets = new Set<Socket>()

  const keep = (socket: Socket, among: Set<Socket>) => {
    among.add(socket)
    socket.once('close', () => among.delete(socket))
    return socket
  }
  const resetAll = () => {
    for (const socket of [...clients, ...targets]) socket.resetAndDestroy()
  }
  const turn = (to: Partial<Conduct>) => {
    conduct = { ...good, ...to }
    if (conduct.kind === 'reset') resetAll()
    if (conduct.kind === 'half-open') for (const socket of targets) socket.destroy()
    changed.resolve()
    changed = Promise.withResolvers()
  }

  const join = (client: Socket) => {
    const upstream = keep(connect({ ...target, allowHalfOpen: true }), targets)
    const over = Promise.withResolvers<void>()
    const reset = () => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    // An error is always followed by `close`; this one tells the other side that it was no orderly end.
    client.on('error', () => upstream.resetAndDestroy())
    upstream.on('error', () => client.resetAndDestroy())
    client.on('close', () => {
      upstream.destroy()
      over.resolve()
    })
    upstream.on('close', () => {
      if (conduct.kind === 'half-open') return
      client.destroySoon()
      over.resolve()
    })
    const shared = { conduct: () => conduct, changed: () => changed.promise, closed: over.promise, reset }
    carryBytes({ from: client, to: upstream, direction: 'to-target', ...shared })
    carryBytes({ from: upstream, to: client, direction: 'to-client', ...shared })
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    connections += 1
    keep(client, clients)
    if (conduct.kind === 'reset') client.resetAndDestroy()
    else if (conduct.kind === 'half-open') client.on('error', () => client.destroy()).resume()
    else join(client)
  })
  server.listen(listen.port, listen.host)
  await once(server, 'listening')

  return {
    host: listen.host,
    port: (server.address() as AddressInfo).port,
    /** How many connections were ever accepted. */
    connections: () => connections,
    /** Everything flows, also what `stall` held back. */
    pass: () => turn({}),
    /** Ends every connection by TCP reset, new ones at once. */
    reset: () => turn({ kind: 'reset' }),
    /** Ends each connection there is with this probability. */
    resetSome: (probability: number) => {
      for (const socket of clients) if (Math.random() < probability) socket.resetAndDestroy()
    },
    /** Connections are accepted and stay open; bytes wait. */
    stall: () => turn({ kind: 'stall' }),
    /** The target goes away without a word; clients are left on connections that lead nowhere. */
    halfOpen: () => turn({ kind: 'half-open' }),
    delay: (delayMs: number) => turn({ delayMs }),
    drip: (bytes: number, everyMs: number) => turn({ drip: { bytes, everyMs } }),
    /** Each connection is reset once so many more bytes have crossed it in that direction. */
    cutAfter: (afterBytes: number, direction: Direction) => turn({ cut: { afterBytes, direction } }),
    close: async () => {
      resetAll()
      server.close()
      await once(server, 'close')
    },
  }
}
export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>
