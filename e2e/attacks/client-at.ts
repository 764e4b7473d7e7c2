import { createClient } from '@gatehouse/testkit'
import { addressOf, containers, execIn } from '../support/stack.ts'
import type { Credentials } from '../support/users.ts'

/**
 * Signs in as clients all over the world do: what Nginx would tell identity of them. A test has one address, and Nginx
 * believes nobody who claims another.
 */
export const openClients = async () => {
  const [identity] = await containers('identity')
  if (!identity) throw new Error('there is no identity')
  const secret = /identity "([^"]+)"/.exec(await execIn('nginx', 'cat', '/run/secrets/proxy-secret.conf'))?.[1]
  if (secret === undefined) throw new Error('Nginx has no secret for identity')
  const client = createClient(`http://${addressOf(identity)}:3001`)
  return {
    logInFrom: (address: string, { username, password }: Credentials) =>
      client.logIn({
        body: { username, password },
        headers: { 'x-forwarded-for': address, 'x-gatehouse-proxy': secret },
      }),
  }
}
