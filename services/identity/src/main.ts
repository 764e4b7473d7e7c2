import { runService } from '@gatehouse/service'
import { readIdentityConfig } from './config.ts'
import { startIdentity } from './identity.ts'

await runService({ name: 'identity', readConfig: readIdentityConfig, start: startIdentity })
