import { tokenResponse } from '@gatehouse/contracts'
import { type Credentials, createUser, me, signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { inTurns } from '../in-turns.ts'
import { nameOf, tally } from '../tally.ts'

const signIns = 130

/** Whoever is told to come again comes again. */
const signInPatiently = async (credentials: Credentials) => {
  let answer = await trySignIn(credentials)
  while (answer.status === 503) answer = await trySignIn(credentials)
  return tokenResponse.parse(answer.body)
}

/** Each live session is one more to end, and one more event: so many that nobody can end them were 70,000. */
export const tooManySessions: Attack = {
  finding: 'H1',
  title: 'somebody with the password signs in again and again, and no session ends',
  plants: [
    {
      file: 'services/identity/src/sessions/sessions.repository.ts',
      replace: [['session.generation, maxLive - 1, batch]', 'session.generation, 1_000_000, batch]']],
    },
  ],
  run: async () => {
    const thief = await createUser(await signInAdmin(), 'collector')
    const pairs = await inTurns(signIns, 2, () => signInPatiently(thief))
    const answers = await Promise.all(pairs.map((it) => me(it.access_token)))
    const live = answers.filter((it) => it.status === 200).length
    return { succeeded: live === signIns, figures: `${signIns} sign-ins: ${tally(answers.map(nameOf))}` }
  },
}
