import { send } from '../http.ts'
import type { Credentials } from '../people.ts'
import { addressOf, containers, execIn } from '../stack.ts'

/**
 * Signs in as clients all over the world do: what Nginx would tell identity of them. A test has one address, and Nginx
 * believes nobody who claims another.
 */
export const openClients = async () => {
  const [identity] = await containers('identity')
  if (!identity) throw new Error('there is no identity')
  const secret = /identity "([^"]+)"/.exec(await execIn('nginx', 'cat', '/run/secrets/proxy-secret.conf'))?.[1]
  if (secret === undefined) throw new Error('Nginx has no secret for identity')
  const url = `http://${addressOf(identity)}:3001/auth/login`
  return {
    logInFrom: (address: string, { username, password }: Credentials) =>
      send('POST', url, {
        form: { username, password },
        headers: { 'x-forwarded-for': address, 'x-gatehouse-proxy': secret },
      }),
  }
}
