import type { Attack } from './attack.ts'
import { claimedRole } from './attacks/claimed-role.attack.ts'
import { costlyHash } from './attacks/costly-hash.attack.ts'
import { easyPassword } from './attacks/easy-password.attack.ts'
import { forgedAddress } from './attacks/forged-address.attack.ts'
import { forgedRecord } from './attacks/forged-record.attack.ts'
import { gatewayReadsAll } from './attacks/gateway-reads-all.attack.ts'
import { hiddenPath } from './attacks/hidden-path.attack.ts'
import { loggedSecrets } from './attacks/logged-secrets.attack.ts'
import { longBcrypt } from './attacks/long-bcrypt.attack.ts'
import { lookAlikeName } from './attacks/look-alike-name.attack.ts'
import { oldRefreshToken } from './attacks/old-refresh-token.attack.ts'
import { importGoesOn } from './attacks/open-import.attack.ts'
import { secondLife } from './attacks/second-life.attack.ts'
import { tooManySessions } from './attacks/too-many-sessions.attack.ts'
import { twoSpaces } from './attacks/two-spaces.attack.ts'
import { unendableAccount } from './attacks/unendable-account.attack.ts'
import { unknownService } from './attacks/unknown-service.attack.ts'
/** All attacks, in the order in which they are tried. */
export const attacks: Attack[] = [
  unknownService,
  tooManySessions,
  importGoesOn,
  forgedAddress,
  oldRefreshToken,
  costlyHash,
  hiddenPath,
  claimedRole,
  gatewayReadsAll,
  loggedSecrets,
  lookAlikeName,
  secondLife,
  forgedRecord,
  longBcrypt,
  easyPassword,
  twoSpaces,
  // Last: it keeps the database busy for a while.
  unendableAccount,
]
