import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { IdentityProcess } from '../harness/identity-process.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { table } from '../harness/report.ts'
import { signIn } from '../harness/sign-in.ts'

// Only the format matters, because an import verifies no hash.
const bcryptHash = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'

// In chunks of some kilobytes, like a file.
const linesOf = function* (rows: number) {
  for (let from = 0; from < rows; from += 100) {
    const many = Array.from({ length: Math.min(100, rows - from) }, (_, at) => ({
      username: `imported-${from + at}`,
      hashed_password: bcryptHash,
      full_name: `Imported ${from + at}`,
      roles: ['member'],
    }))
    yield many.map((it) => `${JSON.stringify(it)}\n`).join('')
  }
}

/** Streamed, like `curl --data-binary @file`. */
const upload = async (url: string, authorization: string, rows: number) => {
  const sent = request(new URL('/users/import', url), {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-ndjson' },
  })
  const answered = new Promise<string>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (answer) => {
      try {
        resolve(Buffer.concat(await answer.toArray()).toString())
      } catch (error) {
        reject(error)
      }
    })
  })
  const [body] = await Promise.all([answered, pipeline(Readable.from(linesOf(rows)), sent)])
  const summary = JSON.parse(body.trim().split('\n').at(-1) ?? '{}')
  if (summary.imported !== rows) throw new Error(`imported ${summary.imported} of ${rows}: ${body.slice(0, 500)}`)
}

/** A fresh identity imports users while its relay publishes a `user.created.v1` for each. */
export const measureImport = async ({ identity, rows }: { identity: IdentityProcess; rows: number }) => {
  const quiet = await waitForQuiet()
  const { authorization } = await signIn(identity.url, 1)
  const before = identity.peakMemoryMib()
  const startedAt = performance.now()
  await upload(identity.url, authorization, rows)
  const seconds = (performance.now() - startedAt) / 1000
  return [
    `## Import\n\nOne \`POST /users/import\` of ${rows.toLocaleString('en')} users with bcrypt hashes (other work: ${quiet}).\n`,
    table(
      ['users', 'seconds', 'users/s', 'peak memory before, MiB', 'peak memory after, MiB'],
      [[rows, seconds, rows / seconds, before, identity.peakMemoryMib()]],
    ),
  ].join('\n')
}
