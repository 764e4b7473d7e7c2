import { createUser, signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

const guesses = 60
// Five are free, and one more each time a wait is over.
const meant = 8

export const burstOfGuesses: Attack = {
  finding: 'M7',
  title: 'guesses at one account sent all at once reach a hash before the first failure is counted',
  plants: [
    {
      file: 'services/identity/src/throttle/try-password.ts',
      replace: [
        ['let verdict: Verdict\n', 'await reservation.takeBack()\n    let verdict: Verdict\n'],
        [
          'await recordFailure(user, outcome, attempt, isLast)',
          'await throttle.reserve(attempt)\n      await recordFailure(user, outcome, attempt, isLast)',
        ],
      ],
    },
  ],
  run: async () => {
    const { username } = await createUser(await signInAdmin(), 'guessed')
    const guess = () => trySignIn({ username, password: crypto.randomUUID() })
    const answers = await Promise.all(Array.from({ length: guesses }, guess))
    const hashed = answers.filter((it) => it.status === 401).length
    return { succeeded: hashed > meant, figures: `${guesses} guesses at once: ${tally(answers.map(nameOf))}` }
  },
}
