import { casesOf } from '../gateway/cases.ts'
import { startGatewayStack } from '../gateway/gateway-stack.ts'
import { rowOf } from '../gateway/result.ts'
import { type Competitor, type Pace, runRounds, startLoad } from '../gateway/rounds.ts'
import { makeTokens, warmPeople } from '../gateway/tokens.ts'
import { table } from '../harness/report.ts'
import { say } from '../harness/say.ts'

// More than two gateways can use; a round may end early.
const tokensUsedOnce = ({ forMs, rounds }: Pace) => Math.min(180_000, 20 * forMs * rounds)

/** Compares the gateways of both checkouts, with one broker and one stand-in for identity. */
export const compareGateways = async (release: string, pace: Pace) => {
  const stack = await startGatewayStack(warmPeople)
  const load = startLoad()
  try {
    const count = tokensUsedOnce(pace)
    say(`signing ${(warmPeople + count).toLocaleString('en')} tokens`)
    const tokens = await makeTokens(stack.issuer, { people: warmPeople, neverSeen: count })
    const rows: (string | number)[][] = []
    try {
      for (const it of casesOf(tokens, pace.rounds)) {
        say(it.title)
        const gateways = [await stack.startGateway(), await stack.startGateway(release)]
        const competitors = gateways.map(
          (gateway, at): Competitor => ({ name: at === 0 ? 'this' : 'release', ...gateway, tokens: it.tokens }),
        )
        const known = { file: tokens.ofPeople.file, use: 'once' as const, first: 0, count: warmPeople, forMs: 5_000 }
        for (const one of competitors) await load.measure(one, { ...known, path: '/auth/me', status: 200 })
        const rounds = await runRounds(load, competitors, it, pace)
        const [own, old] = [rowOf(rounds, 'this', '', ''), rowOf(rounds, 'release', '', '')]
        const ratio = rounds.ratio('this', 'release').toFixed(3)
        rows.push([it.title, old.perSecond, own.perSecond, old.cpuMicros, own.cpuMicros, ratio])
        for (const gateway of gateways) await gateway.stop()
      }
    } finally {
      tokens.remove()
    }
    const head = ['', 'release /s', 'this /s', 'release CPU µs', 'this CPU µs', 'this / release']
    return `## The gateway\n\n${table(head, rows)}`
  } finally {
    load.stop()
    await stack.stop()
  }
}
