import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runSql } from '../support/database.ts'
import { compose, docker, execIn } from '../support/stack.ts'
import { me, signInAdmin, trySignIn } from '../support/users.ts'

const runJob = (job: 'migrate' | 'seed', settings: Record<string, string> = {}) =>
  compose('run', '--rm', '--no-deps', '-T', ...Object.entries(settings).flatMap((it) => ['-e', it.join('=')]), job)

/** A database beside the stack's, as empty as one before the first start. */
const emptyDatabase = async () => {
  const name = `seed_${randomBytes(4).toString('hex')}`
  await runSql(`CREATE DATABASE ${name} OWNER gatehouse_owner`)
  onTestFinished(async () => void (await runSql(`DROP DATABASE ${name} WITH (FORCE)`)))
  const url = (user: string) => `postgres://gatehouse_${user}@postgres:5432/${name}`
  await runJob('migrate', { DATABASE_URL: url('owner') })
  return {
    seed: (settings: Record<string, string>) => runJob('seed', { ...settings, DATABASE_URL: url('identity') }),
    count: async () => {
      const sql = ['--tuples-only', '--no-align', '--command', 'SELECT count(*) FROM users', name]
      return Number(await execIn('postgres', 'psql', '--username=postgres', ...sql))
    },
  }
}

describe('the seed job', () => {
  it('refuses a known password in production, and makes nobody', async () => {
    const { seed, count } = await emptyDatabase()
    await expect(seed({ NODE_ENV: 'production', SEED_PASSWORD: 'changeme' })).rejects.toMatchObject({ code: 1 })
    expect(await count()).toBe(0)
  })

  it('makes a password in production when none is given, and prints it once', async () => {
    const { seed, count } = await emptyDatabase()
    expect(await seed({ NODE_ENV: 'production' })).toMatch(/^The password of admin: \S+$/m)
    expect(await seed({ NODE_ENV: 'production' })).not.toContain('The password of')
    expect(await count()).toBe(1)
  })

  it('run again changes nothing, not even a password', async () => {
    const before = decodeJwt(await signInAdmin())
    await runJob('seed')
    const output = await runJob('seed', { SEED_USERNAME: ' ADMIN ', SEED_PASSWORD: 'another password' })
    expect(output).not.toContain('another password')
    const after = decodeJwt(await signInAdmin())
    expect([after.sub, after.ver]).toEqual([before.sub, before.ver])
    expect(await me(await signInAdmin())).toMatchObject({ body: { username: 'admin', roles: ['admin'] } })
  })

  it('makes no admin/changeme beside users that there are, such as an admin with another name', async () => {
    const username = `root-${randomBytes(4).toString('hex')}`
    expect(await runJob('seed', { SEED_USERNAME: username })).toContain('nothing changed')
    expect(await trySignIn({ username, password: 'changeme' })).toMatchObject({ status: 401 })
  })
})

describe('the migrate job', () => {
  it('run again, and three times at once, finds nothing to do', async () => {
    const outputs = [await runJob('migrate'), ...(await Promise.all([1, 2, 3].map(() => runJob('migrate'))))]
    for (const output of outputs) expect(output).toContain('nothing to migrate')
  })
})

const runSecrets = (volume: string, services: string, ...command: string[]) =>
  docker(
    ...['run', '--rm', '--network=none', '--group-add=999', `--volume=${volume}:/secrets`],
    ...['--env', `SERVICES=${services}`, 'gatehouse/secrets', ...command],
  )

const createVolume = async () => {
  const volume = await docker('volume', 'create')
  onTestFinished(async () => void (await docker('volume', 'rm', volume)))
  return volume
}

describe('the secrets job', () => {
  it('makes a secret for each of SERVICES, whose credential has the named scopes alone', async () => {
    const volume = await createVolume()
    await runSecrets(volume, 'mailing:events.read  audit:events.read,tokens.introspect')
    const lines = (await runSecrets(volume, '', 'cat', '/secrets/identity/services')).split('\n')
    expect(lines.map((it) => it.replace(/[0-9a-f]{64}$/, ''))).toEqual([
      'gateway:sessions.lookup:',
      'mailing:events.read:',
      'audit:events.read,tokens.introspect:',
    ])
    const secret = await runSecrets(volume, '', 'cat', '/secrets/kept/service-mailing')
    expect(lines[1]).toContain(createHash('sha256').update(secret).digest('hex'))
  })

  it.each(['Mailing:events.read', 'mailing', 'mailing:', 'gateway:events.read', 'a:b.c a:b.c', 'a:b.c,'])(
    'refuses SERVICES="%s", and says why',
    async (services) => {
      const volume = await createVolume()
      await expect(runSecrets(volume, services)).rejects.toThrow(/SERVICES: /)
    },
  )

  it('run again changes nothing, and gives an older installation what it has not got yet', async () => {
    const volume = await createVolume()
    const inJob = (...command: string[]) => runSecrets(volume, '', ...command)
    const files = async () => {
      const text = await inJob('sh', '-c', 'sha256sum $(find /secrets -type f)')
      return new Map(text.split('\n').map((line) => line.split(/ +/).toReversed() as [string, string]))
    }
    await inJob()
    const made = await files()
    expect(made.has('/secrets/operator/broker-password')).toBe(true)
    await inJob()
    expect(await files()).toEqual(made)

    await inJob('rm', '-r', '/secrets/operator/broker-password', '/secrets/kept/broker-operator')
    await inJob()
    const renewed = await files()
    const changed = [...made].filter(([path, sum]) => renewed.get(path) !== sum).map(([path]) => path)
    expect(changed.toSorted()).toEqual([
      '/secrets/kept/broker-operator',
      '/secrets/operator/broker-password',
      '/secrets/rabbitmq/definitions.json',
    ])
  })
})
