import { describe, expect, it } from 'vitest'
import { as, gatehouse } from '../support/client.ts'
import { sendPath } from '../support/raw-http.ts'
import { compose, containers, docker, execIn, serviceOf } from '../support/stack.ts'
import { admin, createUser, me, signInAdmin, tokenOf, trySignIn } from '../support/users.ts'

/** Every secret that a running container was given as a file, line by line. */
const secretsInFiles = async () => {
  const found = new Map<string, string>()
  for (const container of await containers('identity', 'gateway', 'postgres', 'rabbitmq')) {
    const lines = (await docker('exec', container.Id, 'sh', '-c', 'cat /run/secrets/*')).split('\n')
    lines.forEach((line, nth) => void (line !== '' && found.set(`secret ${nth} of ${serviceOf(container)}`, line)))
  }
  return found
}

/** Does with secrets what could leak them, the wrong way round too. */
const useSecrets = async () => {
  const ada = await createUser(await signInAdmin(), 'ada')
  const wrong = crypto.randomUUID()
  await trySignIn({ ...ada, password: wrong })
  await gatehouse().send('POST', '/auth/login', { json: { username: ada.username, password: [ada.password] } })
  await gatehouse().send('POST', `/auth/login?password=${wrong}`, { form: { username: ada.username } })
  const token = await tokenOf(ada)
  const adminToken = await signInAdmin()
  await me(token)
  await me(`${token}x`)
  await gatehouse().send('GET', `/auth/me?access_token=${token}`)
  await as(token).logOut()
  await me(token)
  await me(adminToken)
  const tokens = [token, adminToken].flatMap((it) => it.split('.').slice(1))
  return new Map([
    ['a password', ada.password],
    ['a wrong password', wrong],
    ['the admin’s password', admin.password],
    ...tokens.map((part, nth) => [`part ${nth} of a token`, part] as const),
  ])
}

const leaksIn = (text: string, secrets: Map<string, string>) =>
  [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name)

describe('no log line', () => {
  it('turns or moves what a terminal shows, whatever a client says of itself', async () => {
    const rlo = '\u202e'
    const { headers } = await sendPath(`/api/users/a${rlo}b`, { headers: [`User-Agent: Moz${rlo}illa \u009b2J`] })
    const basic = Buffer.from(`a${rlo}b:x`).toString('base64')
    await sendPath('/api/events', { headers: [`Authorization: Basic ${basic}`] })
    await trySignIn({ username: `a${rlo}b`, password: 'x' })
    const logs = await compose('logs', '--no-color', '--no-log-prefix')
    expect(logs).toContain(headers.get('x-request-id') ?? 'no request id')
    expect(logs).toContain('"agent":"Moz"')
    expect(logs).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\u0080-\u009f]/u)
  })
})

describe('no secret', () => {
  it('stands in any log', async () => {
    const secrets = new Map([...(await secretsInFiles()), ...(await useSecrets())])
    expect([...secrets.keys()].filter((it) => it.endsWith('of identity')).length).toBeGreaterThan(3)
    const answer = await gatehouse().readMe()
    const logs = await compose('logs', '--no-color', '--no-log-prefix')
    // What was searched is what was logged: the last request stands in it.
    expect(logs).toContain(answer.headers.get('x-request-id') ?? 'no request id')
    expect(leaksIn(logs, secrets)).toEqual([])
    expect(logs).not.toMatch(/PRIVATE KEY|\$argon2|eyJ[\w-]{20}/)
  })

  it('stands in the settings of a container or in its image', async () => {
    const secrets = await secretsInFiles()
    for (const container of await containers()) {
      const { Env, Labels, Image } = container.Config
      const history = await docker('history', '--no-trunc', '--format', '{{.CreatedBy}}', Image)
      expect(leaksIn(JSON.stringify([Env, Labels, history]), secrets), container.Name).toEqual([])
    }
  })

  it('stands readable in a dump of the database', async () => {
    const secrets = new Map([...(await secretsInFiles()), ...(await useSecrets())])
    const dump = await execIn('postgres', 'pg_dump', '--username=postgres', 'gatehouse')
    expect(dump).toContain('CREATE TABLE public.signing_keys')
    expect(leaksIn(dump, secrets)).toEqual([])
    expect(dump).not.toMatch(/PRIVATE KEY|"d":/)
  })
})
