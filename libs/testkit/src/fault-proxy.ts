import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Conduct, carryBytes, type Direction } from './carry-bytes.ts'

const normal: Conduct = { kind: 'pass', delayMs: 0, drip: null, cut: null }

type Address = { host: string; port: number }
type Needs = { target: Address; listen?: Address }

/**
 * A TCP proxy that causes faults on demand, on a free loopback port by default. Each fault applies to existing and new connections
 * until the next call.
 */
export const startFaultProxy = async ({ target, listen = { host: '127.0.0.1', port: 0 } }: Needs) => {
  let conduct = normal
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
    conduct = { ...normal, ...to }
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
    // `close` follows every error; the reset tells the other side that this was not an orderly end.
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
    /** How many connections were accepted in total. */
    connections: () => connections,
    /** Forwards everything, including what `stall` held back. */
    pass: () => turn({}),
    /** Resets every connection, also new ones. */
    reset: () => turn({ kind: 'reset' }),
    /** Resets each existing connection with this probability. */
    resetSome: (probability: number) => {
      for (const socket of clients) if (Math.random() < probability) socket.resetAndDestroy()
    },
    /** Accepts connections and keeps them open, but holds back all bytes. */
    stall: () => turn({ kind: 'stall' }),
    /** Closes the connections to the target and leaves those of the clients open. */
    halfOpen: () => turn({ kind: 'half-open' }),
    delay: (delayMs: number) => turn({ delayMs }),
    drip: (bytes: number, everyMs: number) => turn({ drip: { bytes, everyMs } }),
    /** Resets each connection after this many further bytes in that direction. */
    cutAfter: (afterBytes: number, direction: Direction) => turn({ cut: { afterBytes, direction } }),
    close: async () => {
      resetAll()
      server.close()
      await once(server, 'close')
    },
  }
}
export type FaultProxy = Awaited<ReturnType<typeof startFaultProxy>>
