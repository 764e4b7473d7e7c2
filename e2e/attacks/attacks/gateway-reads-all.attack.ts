import { gatehouse } from '../../support/client.ts'
import { execIn } from '../../support/stack.ts'
import { createUser, signInAdmin, tokenOf } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf } from '../tally.ts'

export const gatewayReadsAll: Attack = {
  finding: 'M8',
  title: 'the credential of a gateway, which needs only look-ups, reads all users and ends sessions',
  plants: [
    {
      file: 'infra/secrets/service-credentials.ts',
      replace: [["'sessions.lookup'", "'sessions.lookup,events.read,tokens.introspect,tokens.revoke'"]],
    },
  ],
  run: async () => {
    const token = await tokenOf(await createUser(await signInAdmin(), 'bystander'))
    const secret = (await execIn('gateway', 'cat', '/run/secrets/service-secret')).trim()
    const headers = { authorization: `Basic ${Buffer.from(`gateway:${secret}`).toString('base64')}` }
    const answers = [
      await gatehouse().readEvents({ query: { limit: 1 }, headers }),
      await gatehouse().readSnapshot({ headers }),
      await gatehouse().introspectToken({ body: { token }, headers }),
      await gatehouse().revokeToken({ body: { token }, headers }),
    ]
    const names = ['events', 'snapshot', 'introspect', 'revoke'].map((it, at) => {
      const answer = answers[at]
      return `${it}: ${answer ? nameOf(answer) : 'not asked'}`
    })
    return { succeeded: answers.some((it) => it.status === 200), figures: names.join(', ') }
  },
}
