import { createServer } from 'node:http'
import type * as testkit from '@gatehouse/testkit'

// Mounted beside this file, where no workspace is installed.
const proxyFile = '/testkit/fault-proxy.ts'
const { startFaultProxy }: Pick<typeof testkit, 'startFaultProxy'> = await import(proxyFile)

const host = '0.0.0.0'
const resetEveryMs = 1_000

/** A bad link for services, and a good one for the subscribers of the test, which are clients of the broker like any other. */
const bad = await startFaultProxy({ target: { host: 'rabbitmq', port: 5672 }, listen: { host, port: 5672 } })
await startFaultProxy({ target: { host: 'rabbitmq', port: 5672 }, listen: { host, port: 5673 } })

let resetShare = 0
setInterval(() => bad.resetSome(resetShare), resetEveryMs)

/** `POST /?delay=200&resets=0.05`: ms for each direction, and the share of the connections that is reset each second. */
createServer((req, res) => {
  const { searchParams: asked } = new URL(req.url ?? '/', 'http://link')
  resetShare = Number(asked.get('resets') ?? 0)
  bad.delay(Number(asked.get('delay') ?? 0))
  res.setHeader('content-type', 'application/json').end(JSON.stringify({ connections: bad.connections() }))
}).listen(8080, host)
