import { granted } from '@gatehouse/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { as, refusalOf } from '../support/client.ts'
import { forgetThrottles, runSql } from '../support/database.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import { me, signInAdmin, tokenOf } from '../support/users.ts'

// Of `correct horse`, made by libxcrypt.
const bcrypt = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'
const password = 'correct horse'

let adminToken: string
beforeAll(async () => {
  await untilHealthy()
  await forgetThrottles()
  adminToken = await signInAdmin()
})

const sendLines = (lines: string[]) =>
  as(adminToken).send('POST', '/users/import', {
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })

describe('POST /users/import through Nginx', () => {
  it('refuses more than 64 MiB', async () => {
    const huge = await sendLines([' '.repeat(64 * 1024 * 1024 + 1)])
    expect(refusalOf(huge)).toEqual({ status: 413, code: 'body_too_large' })
  })

  it('takes a megabyte of users, who sign in and are told of by the gateways', async () => {
    const name = crypto.randomUUID().slice(0, 8)
    const rows = Array.from({ length: 7_000 }, (_, nth) => ({
      username: `${name}-${nth}`,
      hashed_password: bcrypt,
      full_name: `Number ${nth} of ${name}, a name of some length`,
    }))
    const lines = rows.map((it) => JSON.stringify(it))
    expect(lines.join('\n').length).toBeGreaterThan(1024 * 1024)
    const startedAt = performance.now()
    const answer = await granted(sendLines(lines))
    const seconds = (performance.now() - startedAt) / 1000
    process.stdout.write(`7,000 users imported through Nginx in ${seconds.toFixed(2)} s\n`)
    expect(JSON.parse(String(answer))).toEqual({ imported: 7_000, refused: 0, dry_run: false })
    const token = await tokenOf({ username: `${name}-6999`, password })
    expect(await me(token)).toMatchObject({ status: 200, body: { full_name: rows.at(-1)?.full_name } })
    await runSql(`DELETE FROM users WHERE username LIKE '${name}-%'`)
  })
})
