import { eventually } from '@gatehouse/testkit'
import { createUser, signIn, signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { inTurns } from '../in-turns.ts'
import { nameOf, tally } from '../tally.ts'

export const sharedAddress: Attack = {
  finding: 'H3',
  title: 'a stranger at the same address fails with made-up names, and its other users cannot sign in',
  plants: [
    {
      file: 'services/identity/src/throttle/throttle.repository.ts',
      replace: [
        [
          "WHEN true THEN 'known_device' WHEN false THEN 'known_network' ELSE 'stranger'",
          "WHEN true THEN 'stranger' WHEN false THEN 'stranger' ELSE 'stranger'",
        ],
      ],
    },
  ],
  run: async () => {
    const owner = await createUser(await signInAdmin(), 'neighbour')
    await signIn(owner)
    const stranger = () => trySignIn({ username: crypto.randomUUID(), password: 'x' })
    const failures = await inTurns(72, 4, stranger)
    // Just told to wait for a while, so that the owner is not lucky with the moment.
    await eventually(
      async () => {
        const failure = await stranger()
        failures.push(failure)
        if (Number(failure.headers.get('retry-after')) < 2) throw new Error('strangers need not wait')
      },
      { withinMs: 20_000, everyMs: 100 },
    )
    const answer = await trySignIn(owner)
    const wait = answer.headers.get('retry-after')
    return {
      succeeded: answer.status === 429,
      figures: `strangers: ${tally(failures.map(nameOf))}; owner: ${nameOf(answer)}${wait === null ? '' : `, to wait ${wait} s`}`,
    }
  },
}
