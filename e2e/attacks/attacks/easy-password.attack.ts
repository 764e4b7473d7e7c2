import { as } from '../../support/client.ts'
import { signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

// What is tried first, here and everywhere.
const passwords = ['change-me', 'gatehouse1', 'Password1!', 'Welcome2024', 'Gatehouse!2026', 'lovelace1', 'changeme!']

export const easyPassword: Attack = {
  finding: 'L11',
  title: 'an account has one of the passwords that attackers try first',
  plants: [
    {
      file: 'services/identity/src/passwords/new-password-rules.ts',
      replace: [
        [
          'piecesOf(text).every((it) => estimator.check(it, words).guesses < limit)',
          'piecesOf(text).length + words.length + limit < 0',
        ],
      ],
    },
  ],
  run: async () => {
    const token = await signInAdmin()
    const answers = await Promise.all(
      passwords.map((password) =>
        as(token).createUser({ body: { username: crypto.randomUUID(), full_name: 'Ada Lovelace', password } }),
      ),
    )
    const taken = passwords.filter((_, nth) => answers[nth]?.status === 201)
    return { succeeded: taken.length > 0, figures: `${passwords.length} easy passwords: ${tally(answers.map(nameOf))}` }
  },
}
