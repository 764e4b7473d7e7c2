import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { migrate } from '@gatehouse/migrations'
import { createTestDatabase } from '@gatehouse/testkit'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'

const job = fileURLToPath(new URL('../src/seed.ts', import.meta.url))

const openEmpty = async () => {
  const database = await createTestDatabase({ migrate })
  onTestFinished(() => database.drop())
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  onTestFinished(() => owner.end())
  const seed = async (settings: Record<string, string>) => {
    const env = { PATH: process.env.PATH, DATABASE_URL: database.serviceUrl, ...settings }
    const child = spawn(process.execPath, [job], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const [code] = await once(child, 'close')
    return { code, output }
  }
  const users = async () => (await owner.query('SELECT username, roles FROM users ORDER BY id')).rows
  return { seed, users, query: (sql: string) => owner.query(sql) }
}

const laptop = { NODE_ENV: 'development', SEED_LAPTOP_PASSWORD: 'changeme', SEED_ROLES: 'admin' }
const production = { NODE_ENV: 'production', SEED_ROLES: 'admin', SEED_LAPTOP_PASSWORD: 'changeme' }

describe('the seed job', () => {
  it('makes no admin where there is a user, whatever the first one is called by now', async () => {
    const { seed, users, query } = await openEmpty()
    expect(await seed(laptop)).toMatchObject({ code: 0 })
    expect(await users()).toEqual([{ username: 'admin', roles: ['admin'] }])
    await query("UPDATE users SET username = 'root-of-all'")
    expect(await seed(laptop)).toMatchObject({ code: 0 })
    expect(await seed({ ...production, SEED_USERNAME: 'other' })).toMatchObject({ code: 0 })
    expect(await users()).toEqual([{ username: 'root-of-all', roles: ['admin'] }])
  })

  it('makes one user when it runs five times at once under different names', async () => {
    const { seed, users } = await openEmpty()
    const runs = await Promise.all([1, 2, 3, 4, 5].map((nth) => seed({ ...laptop, SEED_USERNAME: `admin-${nth}` })))
    expect(runs.map((it) => it.code)).toEqual([0, 0, 0, 0, 0])
    expect(await users()).toHaveLength(1)
  })

  it.each(['changeme', 'ChangeMe', 'password1', 'change-me', 'bob-the-admin'])(
    'refuses %s in production, and makes nobody',
    async (password) => {
      const { seed, users } = await openEmpty()
      const settings = { ...production, SEED_USERNAME: 'bob-the-admin', SEED_PASSWORD: password }
      const { code, output } = await seed(settings)
      expect(code).toBe(1)
      expect(output).toContain('SEED_PASSWORD')
      expect(await users()).toEqual([])
    },
  )

  it('makes a password in production where none is given, and tells it once', async () => {
    const { seed, users } = await openEmpty()
    expect((await seed(production)).output).toMatch(/^The password of admin: [\w-]{24}$/m)
    expect((await seed(production)).output).not.toContain('The password of')
    expect(await users()).toEqual([{ username: 'admin', roles: ['admin'] }])
  })

  it('tells no password that it was given', async () => {
    const { seed } = await openEmpty()
    const { code, output } = await seed({ ...production, SEED_PASSWORD: 'violet harbour lantern' })
    expect(code).toBe(0)
    expect(output).not.toContain('violet')
  })
})
