import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** A free port. A container that publishes it keeps it over a restart, unlike a port chosen by the engine. */
export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
