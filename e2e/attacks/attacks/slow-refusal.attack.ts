import { performance } from 'node:perf_hooks'
import { signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { importLines } from '../import-lines.ts'

// Of `correct horse`, made by libxcrypt.
const hashed_password = '$2b$12$abcdefghijklmnopqrstuuFDJRuYeKkCzo3Wy7h8SxhBSHBAHiPK2'
// Together below the 50 failures that one address has free.
const samples = 12

const refusalMs = async (username: string) => {
  const startedAt = performance.now()
  const { status, text } = await trySignIn({ username, password: 'x' })
  if (status !== 401) throw new Error(`it was answered ${status}: ${text}`)
  return performance.now() - startedAt
}

/** How often a figure of one kind is above one of the other: a half when they are alike, none or all when they are told apart. */
const shareAbove = (ones: number[], others: number[]) => {
  const points = ones.flatMap((one) => others.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)))
  return points.reduce((sum: number, it) => sum + it, 0) / points.length
}
const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN

export const slowRefusal: Attack = {
  finding: 'M4',
  title: 'the time of a refusal reveals who has an imported account',
  plants: [
    {
      file: 'services/identity/src/passwords/refusal-time.ts',
      replace: [['if (slowestMs === 0) return', 'if (slowestMs >= 0) return']],
    },
  ],
  run: async () => {
    const name = crypto.randomUUID()
    const usernames = Array.from({ length: samples }, (_, nth) => `${name}-${nth}`)
    await importLines(
      await signInAdmin(),
      usernames.map((username) => ({ username, hashed_password })),
    )
    const imported: number[] = []
    const unknown: number[] = []
    for (const username of usernames) {
      imported.push(await refusalMs(username))
      unknown.push(await refusalMs(`${username}-unknown`))
    }
    const share = shareAbove(imported, unknown)
    return {
      succeeded: Math.abs(share - 0.5) > 0.4,
      figures: `median ${Math.round(median(imported))} ms if imported, ${Math.round(median(unknown))} ms if unknown; the former is longer in ${Math.round(share * 100)} % of pairs`,
    }
  },
}
