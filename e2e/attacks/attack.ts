import type { Plant } from '../support/planted.ts'

/** Whether the attacker got what they wanted, and one line of what was seen. */
export type Outcome = { succeeded: boolean; figures: string }

export type Attack = {
  /** Of the weaknesses of 0.1.0: C critical, H high, M medium, L low, and a number (docs/security/attacks.md). */
  finding: string
  /** What the attacker does, and gets where it succeeds. */
  title: string
  /** The old behaviour, as changes of the sources: with them the attack must succeed. */
  plants: Plant[]
  /**
   * Tries it on the stack in use, with no more than the attacker would have.
   * @throws Error when the stack refuses in another way than it should: that is neither success nor defence
   */
  run: () => Promise<Outcome>
}
