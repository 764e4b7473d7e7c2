import type { Attack } from './attack.ts'
import { unknownService } from './attacks/unknown-service.attack.ts'

/** All attacks, in the order in which they are tried. */
export const attacks: Attack[] = [unknownService]
