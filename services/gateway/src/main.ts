import { setFlagsFromString } from 'node:v8'
import { runService } from '@gatehouse/service'
import { readGatewayConfig } from './config.ts'
import { startGateway } from './gateway.ts'

// V8 learns from the first requests, which wait for identity, that their objects live long, and allocates those of later
// requests in the old generation too. That made the first use of a token 4 % slower (decision 0008).
setFlagsFromString('--no-allocation-site-pretenuring')

await runService({ name: 'gateway', readConfig: readGatewayConfig, start: startGateway })
