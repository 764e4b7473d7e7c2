import { runService } from '@gatehouse/service'
import { readGatewayConfig } from './config.ts'
import { startGateway } from './gateway.ts'

await runService({ name: 'gateway', readConfig: readGatewayConfig, start: startGateway })
