import { createClient } from '@gatehouse/testkit'
import { addressOf, containers } from '../../support/stack.ts'
import { createUser, signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

export const forgedPastNginx: Attack = {
  finding: 'M5',
  title: 'a compromised service guesses passwords past Nginx, with another claimed address for each guess',
  plants: [
    {
      file: 'libs/service/src/trust-proxy.ts',
      replace: [['if (!isProxy) for', 'if (isProxy === null) for']],
    },
  ],
  run: async () => {
    const { username } = await createUser(await signInAdmin(), 'guessed')
    const [identity] = await containers('identity')
    if (!identity) throw new Error('there is no identity')
    const answers: string[] = []
    for (let nth = 1; nth <= 12; nth += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${nth}`, 'x-gatehouse-proxy': 'it is me' }
      const form = { username, password: 'x' }
      answers.push(nameOf(await createClient(`http://${addressOf(identity)}:3001`).logIn({ body: form, headers })))
    }
    return {
      succeeded: !answers.includes('429 too_many_attempts'),
      figures: `12 guesses from 12 claimed addresses: ${tally(answers)}`,
    }
  },
}
