import { startPublisher } from '@gatehouse/events'
import { createLog } from '@gatehouse/service'
import { Registry } from 'prom-client'
import { startRelay } from '../src/outbox/relay.ts'
import { createRelayMetrics } from '../src/outbox/relay-metrics.ts'

// A relay in a process of its own, so that a test can freeze or kill it. Arguments: the URLs of database and broker.
const [databaseUrl = '', brokerUrl = ''] = process.argv.slice(2)
const log = createLog('relay-process', 'silent')
const publisher = startPublisher({ url: brokerUrl, name: 'relay-process', log })
const relay = startRelay({ databaseUrl, publisher, metrics: createRelayMetrics(new Registry()), log })

process.on('SIGTERM', async () => {
  await relay.stop()
  await publisher.stop()
})
