import { startAnswering } from '../harness/ask-process.ts'
import { createHttpClient } from '../harness/http-client.ts'
import type { IdentityProcess } from '../harness/identity-process.ts'
import { cores, cpuSecondsOfMachine } from '../harness/machine.ts'
import { median, quantile } from '../harness/quantiles.ts'
import { against, figure, table } from '../harness/report.ts'
import { runLoad } from '../harness/run-load.ts'
import { say } from '../harness/say.ts'
import { steadyRounds } from '../harness/steady-rounds.ts'
import { password } from '../harness/users.ts'
import { logInOn, obeyRetryAfter } from './login-load.ts'
import type { RawQuestion, RawReply } from './raw-argon2.process.ts'

type Needs = { identity: IdentityProcess; users: number; hashedPassword: string; forMs: number; rounds: number }

const ownCpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Raw Argon2 and logins take turns, because the speed of the machine changes. */
export const measureLogins = async ({ identity, users, hashedPassword, forMs, rounds }: Needs) => {
  const raw = startAnswering<RawQuestion, RawReply>(new URL('./raw-argon2.process.ts', import.meta.url))

  const logIn = async (atOnce: number, lastsMs = forMs) => {
    const client = createHttpClient(identity.url, atOnce)
    const cpu = () => [identity.cpuSeconds(), ownCpuSeconds(), cpuSecondsOfMachine()]
    const before = cpu()
    const load = { atOnce, forMs: lastsMs, call: logInOn(client, users), pauseMs: obeyRetryAfter }
    const { answers, perSecond } = await runLoad(load)
    const after = cpu()
    client.close()
    const accepted = answers.filter((it) => it.status === 200).map((it) => it.ms)
    return { perSecond, accepted, cpuMs: after.map((it, at) => ((it - (before[at] ?? 0)) * 1000) / accepted.length) }
  }

  const measureRound = async (atOnce: number) => {
    const question = { hashedPassword, password, atOnce: Math.min(atOnce, cores), forMs }
    const before = await raw.ask(question)
    const login = await logIn(atOnce)
    const after = await raw.ask(question)
    const rawPerSecond = (before.perSecond + after.perSecond) / 2
    say(`  ${atOnce} at once: ${figure(login.perSecond)} logins/s, raw ${figure(rawPerSecond)}/s`)
    const slowest = Math.min(before.perSecond, after.perSecond)
    return { ...login, slowest, rawPerSecond, rawMs: [...before.ms, ...after.ms] }
  }

  const rowOf = async (atOnce: number) => {
    const { counted: seen, thrownAway } = await steadyRounds(rounds, () => measureRound(atOnce))
    const ratio = median(seen.map((it) => it.perSecond / it.rawPerSecond))
    const accepted = seen.flatMap((it) => it.accepted)
    const rawMs = seen.flatMap((it) => it.rawMs)
    const cpuMs = [0, 1, 2].map((at) => median(seen.map((it) => it.cpuMs[at] ?? Number.NaN)).toFixed(1))
    return [
      String(atOnce),
      median(seen.map((it) => it.perSecond)),
      quantile(accepted, 0.5),
      quantile(accepted, 0.99),
      median(seen.map((it) => it.rawPerSecond)),
      quantile(rawMs, 0.5),
      quantile(rawMs, 0.99),
      against(ratio.toFixed(3), ratio >= 0.95),
      cpuMs.join(' / '),
      String(thrownAway),
    ]
  }

  try {
    // Warm-up.
    await logIn(16, 3_000)
    const rows = [await rowOf(1), await rowOf(16), await rowOf(500)]
    const head = ['at once', 'logins/s', 'p50 ms', 'p99 ms', 'raw/s', 'raw p50 ms', 'raw p99 ms', 'ratio >= 0.95']
    return `## Logins against raw Argon2

${rounds} rounds of ${forMs / 1000} s each, raw before and after each. Raw: \`verify\` in a separate process, min(at once,
cores) at a time. Medians of the rounds; latencies are those of accepted logins. CPU is the cost of one login: identity /
load generator / whole machine. Rounds in which other work disturbed raw Argon2 are replaced.

${table([...head, 'CPU ms a login', 'replaced'], rows)}`
  } finally {
    raw.stop()
  }
}
