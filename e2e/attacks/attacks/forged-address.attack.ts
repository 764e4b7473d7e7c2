import { gatehouse } from '../../support/client.ts'
import { createUser, signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

const names = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-client-ip', 'true-client-ip', 'x-gatehouse-proxy']
const lie = (nth: number) =>
  Object.fromEntries(names.map((it) => [it, it === 'forwarded' ? `for=198.51.100.${nth}` : `198.51.100.${nth}`]))

export const forgedAddress: Attack = {
  finding: 'H3',
  title: 'a client claims another address for each guess, and the throttle takes it for a crowd',
  plants: [
    {
      file: 'infra/nginx/gatehouse/proxy-headers.conf',
      replace: [['X-Forwarded-For $remote_addr', 'X-Forwarded-For $http_x_forwarded_for']],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const { username } = await createUser(adminToken, 'guessed')
    const guess = (nth: number) => gatehouse().logIn({ body: { username, password: 'x' }, headers: lie(nth) })
    const answers: string[] = []
    for (let nth = 1; nth <= 12; nth += 1) answers.push(nameOf(await guess(nth)))
    return {
      succeeded: !answers.includes('429 too_many_attempts'),
      figures: `12 guesses from 12 claimed addresses: ${tally(answers)}`,
    }
  },
}
