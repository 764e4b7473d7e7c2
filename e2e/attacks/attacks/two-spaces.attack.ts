import { sendPath } from '../../support/raw-http.ts'
import { createUser, signInAdmin, tokenOf } from '../../support/users.ts'
import type { Attack } from '../attack.ts'

/** Each way of writing one and the same credential. */
const spellings = (token: string) => [
  `Bearer ${token}`,
  `Bearer  ${token}`,
  `bearer   ${token}`,
  `BEARER ${token}  `,
  `Bearer\t${token}`,
]

export const twoSpaces: Attack = {
  finding: 'L8',
  title: 'one spelling of a credential is accepted at one endpoint and refused at another',
  plants: [
    // A door that reads the header in a way of its own.
    {
      file: 'services/gateway/src/http/hot-routes.ts',
      replace: [
        [
          'andThen(authenticate(req), ({ user }) => meAnswer(user))',
          "andThen(authenticate({ rawHeaders: req.rawHeaders.filter((it) => !it.startsWith('Bearer  ')) }), ({ user }) => meAnswer(user))",
        ],
      ],
    },
  ],
  run: async () => {
    const token = await tokenOf(await createUser(await signInAdmin(), 'spaced', { roles: ['ops'] }))
    const seen: string[] = []
    let differences = 0
    for (const [nth, value] of spellings(token).entries()) {
      const headers = [`Authorization: ${value}`]
      const doors = ['/api/auth/me', '/api/auth/verify', '/api/auth/verify?role=ops', '/api/auth/sessions']
      const answers = await Promise.all(doors.map((path) => sendPath(path, { headers })))
      const verdicts = answers.map((it) => (it.status < 300 ? 'good' : String(it.status)))
      if (new Set(verdicts).size > 1) differences += 1
      seen.push(`${nth}: ${verdicts.join(' ')}`)
    }
    return { succeeded: differences > 0, figures: `by spelling: ${seen.join(', ')}` }
  },
}
