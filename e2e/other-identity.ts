import { eventually } from '@gatehouse/testkit'
import { send } from './http.ts'
import type { Credentials } from './people.ts'
import { addressOf, type Container, compose, docker } from './stack.ts'

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
    const url = `http://${addressOf(container)}:3001`
    await eventually(() => send('GET', `${url}/health/live`), { withinMs: 15_000 })
    return {
      logIn: async ({ username, password }: Credentials) => {
        const answer = await send('POST', `${url}/auth/login`, { form: { username, password } })
        if (answer.status !== 200) throw new Error(`login was answered ${answer.status}: ${answer.text}`)
        return String(answer.body.access_token)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
