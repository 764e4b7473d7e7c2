import { type ChannelModel, connect, type SocketOptions } from 'amqplib'
import { guardAmqplib } from './amqplib-guard.ts'

type Options = {
  url: string
  name: string
  /** Aborted, the socket is gone at once, at whatever stage it is. */
  wire: AbortSignal
  onLost: (reason: Error) => void
  onBlocked: (reason: string | null) => void
}

const heartbeatSeconds = 5

const withHeartbeat = (url: string) => {
  const full = new URL(url)
  full.searchParams.set('heartbeat', String(heartbeatSeconds))
  return full.href
}

/** Connects, with all listeners in place before the peer can say another word. The caller sets the deadline. */
export const openConnection = ({ url, name, wire, onLost, onBlocked }: Options): Promise<ChannelModel> => {
  guardAmqplib()
  const options: SocketOptions & { signal: AbortSignal } = {
    clientProperties: { connection_name: name },
    noDelay: true,
    keepAlive: true,
    signal: wire, // amqplib hands it on to the socket
  }
  return connect(withHeartbeat(url), options).then((connection) => {
    connection.on('error', onLost)
    connection.on('close', () => onLost(new Error('the connection was closed')))
    connection.on('blocked', (reason: string) => onBlocked(reason))
    connection.on('unblocked', () => onBlocked(null))
    return connection
  })
}
