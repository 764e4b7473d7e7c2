import type { Attack } from './attack.ts'
import { burstOfGuesses } from './attacks/burst-of-guesses.attack.ts'
import { claimedRole } from './attacks/claimed-role.attack.ts'
import { costlyHash } from './attacks/costly-hash.attack.ts'
import { curiousUpstream } from './attacks/curious-upstream.attack.ts'
import { dressedPath } from './attacks/dressed-path.attack.ts'
import { easyPassword } from './attacks/easy-password.attack.ts'
import { floodedName } from './attacks/flooded-name.attack.ts'
import { forgedAddress } from './attacks/forged-address.attack.ts'
import { forgedEvent } from './attacks/forged-event.attack.ts'
import { forgedPastNginx } from './attacks/forged-past-nginx.attack.ts'
import { forgedRecord } from './attacks/forged-record.attack.ts'
import { gatewayReadsAll } from './attacks/gateway-reads-all.attack.ts'
import { hashingForOne } from './attacks/hashing-for-one.attack.ts'
import { heldConnections } from './attacks/held-connections.attack.ts'
import { hiddenPath } from './attacks/hidden-path.attack.ts'
import { loggedSecrets } from './attacks/logged-secrets.attack.ts'
import { longBcrypt } from './attacks/long-bcrypt.attack.ts'
import { lookAlikeName } from './attacks/look-alike-name.attack.ts'
import { manyNetworks } from './attacks/many-networks.attack.ts'
import { manyQueues } from './attacks/many-queues.attack.ts'
import { oldRefreshToken } from './attacks/old-refresh-token.attack.ts'
import { importGoesOn } from './attacks/open-import.attack.ts'
import { otherInterface } from './attacks/other-interface.attack.ts'
import { passwordOracle } from './attacks/password-oracle.attack.ts'
import { pastNginx } from './attacks/past-nginx.attack.ts'
import { secondLife } from './attacks/second-life.attack.ts'
import { seedGrowsBack } from './attacks/seed-grows-back.attack.ts'
import { sharedAddress } from './attacks/shared-address.attack.ts'
import { silentThrottle } from './attacks/silent-throttle.attack.ts'
import { slowRefusal } from './attacks/slow-refusal.attack.ts'
import { tooManySessions } from './attacks/too-many-sessions.attack.ts'
import { twoSpaces } from './attacks/two-spaces.attack.ts'
import { unendableAccount } from './attacks/unendable-account.attack.ts'
import { unknownService } from './attacks/unknown-service.attack.ts'
/** All attacks, in the order in which they are tried. */
export const attacks: Attack[] = [
  // First: what is on record is sampled, and a replica that has just seen fifty kinds of refusals tells of the rest as one.
  silentThrottle,
  unknownService,
  tooManySessions,
  importGoesOn,
  sharedAddress,
  floodedName,
  forgedAddress,
  passwordOracle,
  hashingForOne,

  dressedPath,
  seedGrowsBack,
  otherInterface,
  oldRefreshToken,
  costlyHash,
  curiousUpstream,
  pastNginx,
  forgedPastNginx,
  hiddenPath,
  claimedRole,
  burstOfGuesses,
  manyNetworks,
  gatewayReadsAll,

  loggedSecrets,
  lookAlikeName,
  secondLife,
  forgedRecord,
  longBcrypt,
  easyPassword,
  heldConnections,
  manyQueues,
  forgedEvent,

  twoSpaces,
  slowRefusal,
  // Last: it keeps the database busy for a while.
  unendableAccount,
]
