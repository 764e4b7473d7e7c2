import type { Attack } from './attack.ts'
import { claimedRole } from './attacks/claimed-role.attack.ts'
import { forgedAddress } from './attacks/forged-address.attack.ts'
import { hiddenPath } from './attacks/hidden-path.attack.ts'
import { unknownService } from './attacks/unknown-service.attack.ts'

/** All attacks, in the order in which they are tried. */
export const attacks: Attack[] = [unknownService, forgedAddress, hiddenPath, claimedRole]
