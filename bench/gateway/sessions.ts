import { setTimeout as delay } from 'node:timers/promises'
import { residentMib } from '../harness/process-figures.ts'
import { against, figure, table } from '../harness/report.ts'
import { say } from '../harness/say.ts'
import type { Setting } from './measure-case.ts'
import { type CaseResult, caseTable, rowOf, withAim } from './result.ts'
import { type Competitor, runRounds, warmUpMs } from './rounds.ts'
import { warmPeople } from './tokens.ts'

const request = { path: '/auth/me', status: 200 }
const mostGrowthMb = 150
// Twice the rounds, because the ratio of these two is close to its aim.
const turns = 2
const fillWithinMs = 300_000

/** Two gateways take turns, one with few sessions and one with all; also measures the memory of the latter. */
export const measureSessions = async ({ stack, load, tokens: { ofPeople }, pace }: Setting) => {
  const { file, count } = ofPeople
  const all = count.toLocaleString('en')
  say(`${all} live sessions`)
  const small = await stack.startGateway()
  const large = await stack.startGateway()
  try {
    const few: Competitor = {
      name: 'few',
      ...small,
      tokens: () => ({ file, use: 'again', first: 0, count: warmPeople }),
    }
    const many: Competitor = { name: 'many', ...large, tokens: () => ({ file, use: 'again', first: 0, count }) }
    const residentMb = async () => {
      await delay(2_000)
      return (residentMib(large.pid) * 2 ** 20) / 1e6
    }
    // Enough load to reach its full size with few sessions.
    await load.measure(many, { ...request, ...few.tokens(0), forMs: warmUpMs })
    const before = await residentMb()
    // A token is remembered from its second use on.
    for (const _ of ['first', 'second']) {
      const fill = await load.measure(many, { ...request, ...many.tokens(0), use: 'once', forMs: fillWithinMs })
      if (fill.requests < count) throw new Error(`only ${fill.requests} sessions were used within ${fillWithinMs} ms`)
    }
    const after = await residentMb()
    say(`  resident ${figure(before)} MB, then ${figure(after)} MB`)

    const rounds = await runRounds(load, [few, many], request, { ...pace, rounds: turns * pace.rounds })
    const atLast = await residentMb()
    const result: CaseResult = {
      title: `${all} live sessions, a token each, GET /auth/me`,
      rows: [
        rowOf(rounds, 'few', `the gateway, ${warmPeople} sessions`, ''),
        rowOf(rounds, 'many', `the gateway, ${all} sessions`, withAim(rounds.ratio('many', 'few'), 0.9)),
      ],
    }
    const growth = after - before
    const memory = table(
      [`MB with ${warmPeople} sessions`, `with ${all}`, 'growth', 'after the rounds'],
      [[before, after, against(`${figure(growth)} <= ${mostGrowthMb}`, growth <= mostGrowthMb), atLast]],
    )
    return {
      result,
      report: `${caseTable(result, `${all} / ${warmPeople}`)}\n\n## Resident memory of the gateway\n\n${memory}`,
    }
  } finally {
    await small.stop()
    await large.stop()
  }
}
