import { send } from '../../http.ts'
import { createUser, signInAdmin } from '../../identity-calls.ts'
import { logIn } from '../../people.ts'
import { api, execIn } from '../../stack.ts'
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
    const token = await logIn(await createUser(await signInAdmin(), 'bystander'))
    const secret = (await execIn('gateway', 'cat', '/run/secrets/service-secret')).trim()
    const headers = { authorization: `Basic ${Buffer.from(`gateway:${secret}`).toString('base64')}` }
    const answers = [
      await send('GET', `${api()}/events?limit=1`, { headers }),
      await send('GET', `${api()}/events/snapshot`, { headers }),
      await send('POST', `${api()}/oauth/introspect`, { headers, form: { token } }),
      await send('POST', `${api()}/oauth/revoke`, { headers, form: { token } }),
    ]
    const names = ['events', 'snapshot', 'introspect', 'revoke'].map((it, at) => {
      const answer = answers[at]
      return `${it}: ${answer ? nameOf(answer) : 'not asked'}`
    })
    return { succeeded: answers.some((it) => it.status === 200), figures: names.join(', ') }
  },
}
