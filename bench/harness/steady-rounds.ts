import { waitForQuiet } from './machine.ts'
import { say } from './say.ts'

const steady = 0.9

/**
 * Repeats a measurement that includes the speed of the machine. Rounds in which the machine was more than a tenth slower than in
 * its best round are replaced, up to twice as many rounds in total.
 * @returns the remaining rounds, and how many were discarded
 */
export const steadyRounds = async <Round extends { slowest: number }>(rounds: number, run: () => Promise<Round>) => {
  const seen: Round[] = []
  const undisturbed = () => {
    const best = Math.max(...seen.map((it) => it.slowest))
    return seen.filter((it) => it.slowest >= steady * best)
  }
  while (undisturbed().length < rounds && seen.length < 2 * rounds) {
    await waitForQuiet()
    seen.push(await run())
    if (undisturbed().length < seen.length) say('    disturbed by other work so far: one round or more')
  }
  const counted = seen.toSorted((a, b) => b.slowest - a.slowest).slice(0, rounds)
  return { counted, thrownAway: seen.length - counted.length }
}
