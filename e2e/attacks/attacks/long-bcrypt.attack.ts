import { signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { importLines } from '../import-lines.ts'
import { nameOf } from '../tally.ts'

// Of 72 times `a`, made by libxcrypt; bcrypt reads no further.
const hashed_password = '$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe'
const password = `${'a'.repeat(72)} and the rest`

export const longBcrypt: Attack = {
  finding: 'L7',
  title: 'a password longer than bcrypt reads is mistyped at its end, and replaces the owner’s',
  plants: [
    {
      file: 'services/identity/src/passwords/passwords.ts',
      replace: [
        [
          "!(stored.startsWith('$2') && formsOf(password).some((it) => Buffer.byteLength(it) > 72))",
          'password.length > 0',
        ],
      ],
    },
  ],
  run: async () => {
    const username = crypto.randomUUID()
    await importLines(await signInAdmin(), [{ username, hashed_password }])
    const mistyped = await trySignIn({ username, password: `${password}?` })
    const owner = await trySignIn({ username, password })
    return {
      succeeded: owner.status !== 200,
      figures: `mistyped: ${nameOf(mistyped)}, then the owner: ${nameOf(owner)}`,
    }
  },
}
