import { createClient, eventually, granted } from '@gatehouse/testkit'
import { addressOf, type Container, compose, docker } from './stack.ts'
import { admin } from './users.ts'

/**
 * One more identity on the same database and with the same keys, but with another configuration. Nginx and the gateways
 * do not know it.
 */
export const startOtherIdentity = async (settings: Record<string, string>) => {
  const options = Object.entries(settings).flatMap((it) => ['-e', it.join('=')])
  const output = await compose('run', '--detach', '--no-deps', '-T', ...options, 'identity')
  const id = output.trim().split('\n').at(-1) ?? ''
  const stop = async () => void (await docker('rm', '--force', '--volumes', id))
  try {
    const [container]: Container[] = JSON.parse(await docker('inspect', id))
    if (!container) throw new Error('docker knows no such container')
    const client = createClient(`http://${addressOf(container)}:3001`)
    await eventually(() => client.readLiveness(), { withinMs: 15_000 })
    return {
      signInAdmin: async () => (await granted(client.logIn({ body: admin }))).access_token,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
