import { beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { dumpDatabase, forgetThrottles, runSql } from '../support/database.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { createUser, me, signIn, signInAdmin, trySignIn } from '../support/users.ts'

// Of `correct horse`, made by libxcrypt.
const bcrypt = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'
const password = 'correct horse'

let adminToken: string
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
})

const sendLines = async (lines: string[], { query = '', type = 'application/x-ndjson' } = {}) => {
  const sent = { headers: { 'content-type': type }, body: lines.join('\n') }
  return as(adminToken).send('POST', `/users/import${query}`, sent)
}
/** @returns the report: refused rows, and the summary last */
const importLines = async (lines: string[], query = '') => {
  const answer = await sendLines(lines, { query })
  expect(answer.status, answer.text).toBe(200)
  const report: Record<string, unknown>[] = answer.text
    .trim()
    .split('\n')
    .map((it) => JSON.parse(it))
  return { refused: report.slice(0, -1).toSorted((a, b) => Number(a.line) - Number(b.line)), summary: report.at(-1) }
}

const batch = () => crypto.randomUUID().slice(0, 8)
const row = (username: string, more: object = {}) => JSON.stringify({ username, hashed_password: bcrypt, ...more })

describe('POST /users/import through Nginx', () => {
  it('refuses another type, an unknown query and more than 64 MiB', async () => {
    const other = await sendLines([row('x')], { type: 'application/json' })
    expect(refusalOf(other)).toEqual({ status: 415, code: 'unsupported_media_type' })
    expect(refusalOf(await sendLines([row('x')], { query: '?dryrun=1' }))).toMatchObject({ status: 400 })
    const huge = await sendLines([' '.repeat(64 * 1024 * 1024 + 1)])
    expect(refusalOf(huge)).toEqual({ status: 413, code: 'body_too_large' })
  })

  it('reports each refused row by its line, takes the others, and repeats no hash', async () => {
    const name = batch()
    const taken = await createUser(adminToken, 'taken')
    const id = crypto.randomUUID()
    const lines = [
      row(`${name}-ada`, { id, full_name: 'Ada', roles: ['ops'] }),
      'not json',
      row(taken.username.toUpperCase()),
      JSON.stringify({ username: `${name}-plain`, hashed_password: 'planted-plain-text' }),
      row(`${name}-odd`, { is_admin: true }),
      row(`${name}-inactive`, { is_active: false }),
    ]
    const { refused, summary } = await importLines(lines)
    expect(refused.map((it) => [it.line, it.code])).toEqual([
      [2, 'invalid_row'],
      [3, 'username_taken'],
      [4, 'unknown_hash'],
      [5, 'invalid_row'],
    ])
    expect(summary).toEqual({ imported: 2, refused: 4, dry_run: false })
    expect(JSON.stringify(refused)).not.toMatch(/planted|\$2b/)
    const { access_token } = await signIn({ username: `${name}-ada`, password })
    expect(await me(access_token)).toMatchObject({ body: { id, full_name: 'Ada', roles: ['ops'], is_active: true } })
    const inactive = await trySignIn({ username: `${name}-inactive`, password })
    expect(refusalOf(inactive)).toEqual({ status: 401, code: 'bad_credentials' })
  })

  it('takes a megabyte of bcrypt users, who sign in and are Argon2id from then on', async () => {
    const name = batch()
    const lines = Array.from({ length: 7_000 }, (_, nth) =>
      row(`${name}-${nth}`, { full_name: `Number ${nth} of ${name}, a name of some length` }),
    )
    expect(lines.join('\n').length).toBeGreaterThan(1024 * 1024)
    const dry = await importLines(lines, '?dry_run=true')
    expect(dry).toMatchObject({ refused: [], summary: { imported: 7_000, refused: 0, dry_run: true } })
    const startedAt = performance.now()
    const { refused, summary } = await importLines([...lines, row(`${name}-17`)])
    const seconds = (performance.now() - startedAt) / 1000
    process.stdout.write(`7,000 users imported through Nginx in ${seconds.toFixed(2)} s\n`)
    expect(refused).toMatchObject([{ line: 7_001, code: 'username_taken' }])
    expect(summary).toEqual({ imported: 7_000, refused: 1, dry_run: false })
    const hashOf = async (nth: number) => runSql(`SELECT hashed_password FROM users WHERE username = '${name}-${nth}'`)
    expect(await hashOf(6_999)).toContain(bcrypt)
    expect(refusalOf(await trySignIn({ username: `${name}-6999`, password: 'wrong' }))).toMatchObject({ status: 401 })
    await signIn({ username: `${name}-6999`, password })
    expect(await hashOf(6_999)).toMatch(/^\$argon2id\$/)
    await signIn({ username: `${name}-6999`, password })
    await runSql(`DELETE FROM users WHERE username LIKE '${name}-%'`)
    expect(await dumpDatabase()).toContain('CREATE TABLE public.users')
  })
})
