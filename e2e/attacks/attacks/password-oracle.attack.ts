import { as } from '../../support/client.ts'
import { createUser, signIn, signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { inTurns } from '../in-turns.ts'
import { nameOf, tally } from '../tally.ts'

const guesses = 40

export const passwordOracle: Attack = {
  finding: 'H4',
  title: 'the holder of a stolen access token guesses the password by changing it, without limit',
  plants: [
    {
      file: 'services/identity/src/throttle/try-password.ts',
      replace: [
        ['if (reservation.waitSeconds > 0) {', 'if (reservation.waitSeconds > 0 && ofSession === undefined) {'],
        ['const isLast = ofSession !== undefined &&', 'const isLast = ofSession === null &&'],
      ],
    },
  ],
  run: async () => {
    const owner = await createUser(await signInAdmin(), 'lender')
    const { access_token: token } = await signIn(owner)
    const guess = (current_password: string) =>
      as(token).changePassword({ body: { current_password, new_password: crypto.randomUUID() } })
    const wrong = await inTurns(guesses, 2, () => guess(crypto.randomUUID()))
    const right = await guess(owner.password)
    return {
      succeeded: right.status === 204,
      figures: `${guesses} guesses: ${tally(wrong.map(nameOf))}; then the right one: ${nameOf(right)}`,
    }
  },
}
