import { beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { forgetThrottles, runSql } from '../support/database.ts'
import { cli } from '../support/identity-cli.ts'
import { containers, docker } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { me, signIn, trySignIn } from '../support/users.ts'

const bcrypt = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'
const nameOf = (what: string) => `${what}-${crypto.randomUUID().slice(0, 8)}`

beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
})

describe('a bad call', () => {
  const password = crypto.randomUUID()
  it.each([
    [['user']],
    [['user', 'frobnicate']],
    [['keys', 'frobnicate']],
    [['user', 'add']],
    [['user', 'add', 'one', password]],
    [['user', 'add', 'one', '--password', password]],
    [['user', 'password', 'one', password]],
    [['user', 'deactivate']],
    [['user', 'list', '--frobnicate']],
    [['user', 'list', '--state', 'frobnicated']],
    [['user', 'import', 'file.jsonl']],
    [['keys', 'withdraw']],
    [['keys', 'rotate', 'now']],
  ])('%j ends with 2, tells the usage on standard error, and repeats no password', async (args) => {
    const { code, stdout, stderr } = await cli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('usage:')
    expect(stderr).not.toContain(password)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('that cannot be done ends with 1, one readable line on standard error', async () => {
    const refused: [string[], string][] = [
      [['user', 'add', nameOf('ada')], ''],
      [['user', 'add', nameOf('ada')], 'short\n'],
      [['user', 'add', nameOf('ada')], 'password1\n'],
      [['user', 'add', 'admin'], `${crypto.randomUUID()}\n`],
      [['user', 'add', 'two words'], `${crypto.randomUUID()}\n`],
      [['user', 'deactivate', nameOf('nobody')], ''],
      [['user', 'deactivate', 'admin'], ''],
      [['user', 'password', nameOf('nobody')], `${crypto.randomUUID()}\n`],
      [['user', 'password', 'admin'], 'short\n'],
      [['keys', 'withdraw', 'no-such-key'], ''],
    ]
    for (const [args, input] of refused) {
      const { code, stdout, stderr } = await cli(args, input)
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 1, stdout: '' })
      expect(stderr.trim().split('\n'), args.join(' ')).toHaveLength(1)
      if (input.trim()) expect(stderr).not.toContain(input.trim())
    }
  })

  it('--help is answered on standard output', async () => {
    for (const subject of ['user', 'keys']) {
      for (const args of [
        [subject, '--help'],
        [subject, 'list', '-h'],
      ]) {
        const { code, stdout, stderr } = await cli(args)
        expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' })
        expect(stdout).toContain(`./gatehouse ${subject} list`)
      }
    }
  })
})

describe('user', () => {
  it('add, list, password, deactivate do what the calls do', async () => {
    const username = nameOf('ada')
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()]
    const added = await cli(
      ['user', 'add', username, '--name', 'Ada of the terminal', '--roles', 'ops,support'],
      `${first}\n`,
    )
    expect(added).toMatchObject({ code: 0 })
    const id = added.stdout.trim()
    const { access_token } = await signIn({ username, password: first })
    expect((await me(access_token)).body).toMatchObject({
      id,
      full_name: 'Ada of the terminal',
      roles: ['ops', 'support'],
    })
    const listed = await cli(['user', 'list', '--search', username])
    expect(listed).toMatchObject({ code: 0 })
    expect(listed.stdout.trim()).toMatch(new RegExp(`^${id} +active +${username} +ops,support$`))

    expect(await cli(['user', 'password', username], `${second}\n`)).toMatchObject({ code: 0, stdout: '' })
    await expect.poll(async () => (await me(access_token)).status, { timeout: 1_000, interval: 10 }).toBe(401)
    expect(refusalOf(await trySignIn({ username, password: first }))).toMatchObject({ status: 401 })
    const again = await signIn({ username, password: second })

    expect(await cli(['user', 'deactivate', username])).toMatchObject({ code: 0, stdout: '' })
    await expect.poll(async () => (await me(again.access_token)).status, { timeout: 1_000, interval: 10 }).toBe(401)
    expect(refusalOf(await as(again.access_token).logOut())).toMatchObject({ status: 401 })
    expect((await cli(['user', 'list', '--search', username, '--state', 'active'])).stdout).toBe('')
    expect((await cli(['user', 'list', '--search', username, '--state', 'inactive'])).stdout).toContain(username)
    const actors = await runSql(`SELECT DISTINCT actor FROM audit_log WHERE subject = '${id}' AND action LIKE 'user.%'`)
    expect(actors.trim()).toBe('job:cli')
  })

  it('import takes JSON lines, reports refused rows, ends with 1 when there are some, and can be tried dry', async () => {
    const [one, two] = [nameOf('one'), nameOf('two')]
    const row = (username: string) => JSON.stringify({ username, hashed_password: bcrypt })
    const dry = await cli(['user', 'import', '--dry-run'], `${row(one)}\n${row(two)}\n`)
    expect(dry).toMatchObject({ code: 0 })
    expect(JSON.parse(dry.stdout)).toEqual({ imported: 2, refused: 0, dry_run: true })
    const { code, stdout } = await cli(['user', 'import'], `${row(one)}\nnot json\n${row(two)}\n`)
    expect(code).toBe(1)
    const [refusal, summary] = stdout
      .trim()
      .split('\n')
      .map((it) => JSON.parse(it))
    expect(refusal).toMatchObject({ line: 2, code: 'invalid_row' })
    expect(summary).toEqual({ imported: 2, refused: 1, dry_run: false })
    await signIn({ username: one, password: 'correct horse' })
  })

  it('shows a password in no list of processes while it waits for it', async () => {
    const [container] = await containers('identity')
    const password = crypto.randomUUID()
    const running = cli(['user', 'add', nameOf('ada')], `${password}\n`)
    const seen: string[] = []
    let isDone = false
    const done = running.finally(() => {
      isDone = true
    })
    while (!isDone)
      seen.push(await docker('exec', container?.Id ?? '', 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "'))
    expect((await done).code).toBe(0)
    expect(seen.some((it) => it.includes('cli.ts user add'))).toBe(true)
    expect(seen.filter((it) => it.includes(password))).toEqual([])
  })
})

describe('user check', () => {
  it.each([
    ['the password of a user', 'admin', 'changeme', 0, 'yes'],
    ['another one', 'admin', 'changeme2', 1, 'no'],
    ['any password of nobody', nameOf('nobody'), 'changeme', 1, 'no'],
  ])('answers %s, and repeats no password', async (_what, username, password, code, answer) => {
    const { stderr, ...rest } = await cli(['user', 'check', username], `${password}\n`)
    expect(rest).toEqual({ code, stdout: `${answer}\n` })
    expect(stderr).not.toContain(password)
  })
})
