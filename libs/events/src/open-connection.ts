import { type ChannelModel, connect, type SocketOptions } from 'amqplib'
import { guardAmqplib } from './amqplib-guard.ts'

type Options = {
  url: string
  name: string
  /** Destroys the socket at once, in any state. */
  signal: AbortSignal
  onDisconnected: (reason: Error) => void
  onBlocked: (reason: string | null) => void
}

const heartbeatSeconds = 5

const withHeartbeat = (url: string) => {
  const full = new URL(url)
  full.searchParams.set('heartbeat', String(heartbeatSeconds))
  return full.href
}

/** Connects, with all listeners in place before the peer can send more. The caller sets the deadline. */
export const openConnection = ({ url, name, signal, onDisconnected, onBlocked }: Options): Promise<ChannelModel> => {
  guardAmqplib()
  const options: SocketOptions & { signal: AbortSignal } = {
    clientProperties: { connection_name: name },
    noDelay: true,
    keepAlive: true,
    signal, // amqplib passes it to the socket
  }
  return connect(withHeartbeat(url), options).then((connection) => {
    connection.on('error', onDisconnected)
    connection.on('close', () => onDisconnected(new Error('the connection was closed')))
    connection.on('blocked', (reason: string) => onBlocked(reason))
    connection.on('unblocked', () => onBlocked(null))
    return connection
  })
}
