import type { Attack } from './attack.ts'
import { claimedRole } from './attacks/claimed-role.attack.ts'
import { forgedAddress } from './attacks/forged-address.attack.ts'
import { forgedRecord } from './attacks/forged-record.attack.ts'
import { gatewayReadsAll } from './attacks/gateway-reads-all.attack.ts'
import { hiddenPath } from './attacks/hidden-path.attack.ts'
import { oldRefreshToken } from './attacks/old-refresh-token.attack.ts'
import { unknownService } from './attacks/unknown-service.attack.ts'

/** All attacks, in the order in which they are tried. */
export const attacks: Attack[] = [
  unknownService,
  forgedAddress,
  oldRefreshToken,
  hiddenPath,
  claimedRole,
  gatewayReadsAll,
  forgedRecord,
]
