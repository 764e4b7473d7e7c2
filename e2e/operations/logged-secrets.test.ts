import { beforeAll, describe, expect, it } from 'vitest'
import { as, gatehouse } from '../support/client.ts'
import { dumpDatabase, forgetThrottles } from '../support/database.ts'
import { cli } from '../support/identity-cli.ts'
import { asTestsService } from '../support/services.ts'
import { compose } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, refresh, signIn, signInAdmin, tryRefresh, trySignIn } from '../support/users.ts'

const planted = new Map<string, string>()
const plant = (what: string, secret: string = crypto.randomUUID()) => {
  planted.set(`${what} (${planted.size})`, secret)
  return secret
}
/** All that makes a token good; its header alone is no secret. */
const plantPair = ({ access_token, refresh_token }: { access_token: string; refresh_token: string }) => {
  for (const part of access_token.split('.').slice(1)) plant('access token', part)
  plant('refresh token', refresh_token)
  plant('MAC of a refresh token', refresh_token.slice(-43))
  return { access_token, refresh_token }
}

let requestId: string
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  const adminToken = await signInAdmin()
  plant('access token of the admin', adminToken.split('.')[2])
  const service = await asTestsService()
  const ada = await createUser(adminToken, 'ada')
  plant('password', ada.password)

  // Signing in, the right and the wrong way round.
  const wrong = plant('wrong password')
  await trySignIn({ ...ada, password: wrong })
  await trySignIn({ username: wrong, password: wrong })
  await gatehouse().send('POST', `/auth/login?password=${wrong}`, { form: { username: ada.username } })
  await gatehouse().send('POST', '/auth/login', { json: { username: ada.username, password: [ada.password] } })
  const headers = { 'content-type': 'application/json' }
  await gatehouse().send('POST', '/auth/login', { headers, body: `{"password":"${wrong}` })
  await gatehouse().readMe({ headers: { authorization: `Basic ${plant('odd credential')}` } })

  const first = plantPair(await signIn(ada))
  const second = plantPair(await refresh(first.refresh_token))
  const third = plantPair(await refresh(second.refresh_token))
  await tryRefresh(`${third.refresh_token}x`)
  await gatehouse().send('POST', `/auth/refresh?refresh_token=${third.refresh_token}`)
  await gatehouse().send('POST', '/auth/refresh', { json: { refresh_token: [third.refresh_token] } })
  await gatehouse().send('GET', `/auth/me?access_token=${third.access_token}`)
  await me(`${third.access_token}x`)
  await me(third.refresh_token)

  // Services: introspection and revocation with a wrong secret and with the right one.
  await gatehouse()
    .asService('tests', plant('wrong secret of a service'))
    .introspectToken({ body: { token: third.access_token } })
  await service.introspectToken({ body: { token: third.refresh_token } })
  await service.send('POST', `/oauth/introspect?token=${third.refresh_token}`, { form: {} })
  const revoked = plantPair(await signIn(ada))
  await service.revokeToken({ body: { token: revoked.refresh_token } })
  await me(revoked.access_token)

  // New passwords: taken, refused, by the user, by an admin, by the terminal, by import.
  const token = third.access_token
  const own = plant('own new password')
  await as(token).changePassword({ body: { current_password: plant('wrong current password'), new_password: own } })
  await as(token).changePassword({ body: { current_password: ada.password, new_password: own } })
  const json = { current_password: own, new_password: [plant('malformed password')] }
  await as(token).send('POST', '/auth/password', { json })
  const { id } = ada
  await as(adminToken).setPassword({ id, body: { new_password: plant('password set by an admin') } })
  await as(adminToken).setPassword({ id, body: { new_password: plant('too long', 'planted'.repeat(60)) } })
  await as(adminToken).createUser({ body: { username: 'a b', password: plant('password of nobody') } })
  const last = plant('password set by the terminal')
  await cli(['user', 'password', ada.username], `${last}\n`)
  await cli(['user', 'add', 'a b'], `${plant('password refused by the terminal')}\n`)
  await as(adminToken).send('POST', '/users/import', {
    headers: { 'content-type': 'application/x-ndjson' },
    body: `{"username":"x","hashed_password":"${plant('plain text in an import')}"}\n${plant('line of no JSON')}\n`,
  })
  await as(plantPair(await signIn({ ...ada, password: last })).access_token).endOtherSessions()
  requestId = (await gatehouse().readMe()).headers.get('x-request-id') ?? 'no request id'
})

const leaksIn = (text: string) => [...planted].filter(([, secret]) => text.includes(secret)).map(([what]) => what)

describe('nothing planted', () => {
  it('stands in any log', async () => {
    const logs = await compose('logs', '--no-color', '--no-log-prefix')
    // What was searched is what was logged: the last request stands in it.
    expect(logs).toContain(requestId)
    expect(planted.size).toBeGreaterThan(25)
    expect(leaksIn(logs)).toEqual([])
    expect(logs).not.toMatch(/\$argon2|\$2b\$|ghr_[\w-]{20}|eyJ[\w-]{20}/)
    process.stdout.write(`${planted.size} planted secrets, searched in ${logs.length} bytes of logs\n`)
  })

  it('stands in a dump of the database', async () => {
    const dump = await dumpDatabase()
    expect(dump).toContain('CREATE TABLE public.sessions')
    expect(leaksIn(dump)).toEqual([])
    expect(dump).not.toMatch(/ghr_[\w-]{20}|PRIVATE KEY/)
    process.stdout.write(`${planted.size} planted secrets, searched in ${dump.length} bytes of a dump\n`)
  })
})
