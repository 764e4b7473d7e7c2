import { setFlagsFromString } from 'node:v8'
import { runService } from '@gatehouse/service'
import { readGatewayConfig } from './config.ts'
import { startGateway } from './gateway.ts'

// V8 takes the first requests, which wait for identity, for what all will be like: from then on it puts into the old
// generation what lives for microseconds. That made a first use of a token 4 % dearer (decision 0008).
setFlagsFromString('--no-allocation-site-pretenuring')

await runService({ name: 'gateway', readConfig: readGatewayConfig, start: startGateway })
