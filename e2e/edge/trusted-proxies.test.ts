import { eventually } from '@gatehouse/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { containers, docker, logsOf } from '../support/stack.ts'

const started: string[] = []

afterEach(async () => {
  for (const id of started.splice(0)) await docker('rm', '--force', id)
})

/** Nginx as the compose file starts it, with other proxies to trust. */
const startNginx = async (trustedProxies: string) => {
  const [running] = await containers('nginx')
  if (!running) throw new Error('there is no Nginx')
  const { Config, Id, NetworkSettings } = running
  const id = await docker(
    'run',
    '--detach',
    '--read-only',
    '--tmpfs=/tmp',
    '--user=101:101',
    '--group-add=999',
    `--network=${Object.keys(NetworkSettings.Networks)[0]}`,
    `--env=TRUSTED_PROXIES=${trustedProxies}`,
    `--volumes-from=${Id}:ro`,
    Config.Image,
    'bash',
    '/start-nginx.sh',
  )
  started.push(id)
  return id
}

/** The client as Nginx sees it, when a proxy on the same machine says that it asks for these. */
const clientOf = async (id: string, forwardedFor: string) => {
  const request = `GET /nothing HTTP/1.0\\r\\nHost: x\\r\\nX-Forwarded-For: ${forwardedFor}\\r\\n\\r\\n`
  const ask = `exec 3<>/dev/tcp/127.0.0.1/8080; printf '${request}' >&3; cat <&3`
  await eventually(() => docker('exec', id, 'bash', '-c', ask), { withinMs: 10_000 })
  return eventually(async () => {
    const line = (await logsOf(id, '1h')).split('\n').find((it) => it.includes('"/nothing"'))
    return String(JSON.parse(line ?? '').client)
  })
}

describe('TRUSTED_PROXIES', () => {
  it('is empty: nobody may say for whom it asks', async () => {
    expect(await clientOf(await startNginx(''), '203.0.113.9')).toBe('127.0.0.1')
  })

  it('names who may say for whom it asks, and nobody else in the list is believed', async () => {
    const id = await startNginx('127.0.0.0/8, 10.0.0.0/8')
    expect(await clientOf(id, '198.51.100.66, 203.0.113.9, 10.1.2.3')).toBe('203.0.113.9')
  })

  it.each(['10.0.0.0/8;', '0.0.0.0/0', '::/0', 'example.org', '10.0.0.0/33', '256.1.1.1', '10.1.1.1/', '*', '1:::2'])(
    'is refused at the start when it says %s',
    async (value) => {
      const id = await startNginx(value)
      expect(await docker('wait', id)).not.toBe('0')
      expect(await logsOf(id, '1h')).toMatch(/TRUSTED_PROXIES: '|\[emerg\].*set_real_ip_from/)
    },
  )
})
