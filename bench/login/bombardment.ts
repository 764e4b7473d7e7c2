import { startAnswering } from '../harness/ask-process.ts'
import { createHttpClient } from '../harness/http-client.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { quantile } from '../harness/quantiles.ts'
import { against, figure, table } from '../harness/report.ts'
import { runLoad } from '../harness/run-load.ts'
import { say } from '../harness/say.ts'
import { logInOn, obeyRetryAfter } from './login-load.ts'
import type { ProbeQuestion, ProbeReply } from './probe.process.ts'

type Needs = { url: string; users: number; forMs: number; rounds: number }

const jwks = '/.well-known/jwks.json'
const live = '/health/live'

/** 500 concurrent clients: measures accepted and refused logins, and other requests meanwhile. */
export const measureBombardment = async ({ url, users, forMs, rounds }: Needs) => {
  const probe = startAnswering<ProbeQuestion, ProbeReply>(new URL('./probe.process.ts', import.meta.url))
  try {
    const bombard = async (pauseMs: typeof obeyRetryAfter | undefined) => {
      const quiet = await waitForQuiet()
      const client = createHttpClient(url, 500)
      const asked = probe.ask({ url, paths: [jwks, live], everyMs: 20, forMs: forMs * rounds })
      const load = { atOnce: 500, forMs: forMs * rounds, call: logInOn(client, users), ...(pauseMs && { pauseMs }) }
      const [{ answers, perSecond }, { ms }] = await Promise.all([runLoad(load), asked])
      client.close()
      const accepted = answers.filter((it) => it.status === 200)
      const refused = answers.filter((it) => it.status === 503 && it.headers['retry-after'] !== undefined)
      const p99 = quantile(
        accepted.map((it) => it.ms),
        0.99,
      )
      const jwksP99 = quantile(ms[jwks] ?? [], 0.99)
      const liveP99 = quantile(ms[live] ?? [], 0.99)
      const others = answers.length - accepted.length - refused.length
      say(`  500 at once: p99 ${figure(p99)} ms, JWKS ${figure(jwksP99)} ms, health ${figure(liveP99)} ms`)
      return [
        perSecond,
        against(figure(p99), p99 <= 1500),
        `${((refused.length / answers.length) * 100).toFixed(1)} %`,
        against(String(others), others === 0),
        against(figure(jwksP99), jwksP99 <= 100),
        against(figure(liveP99), liveP99 <= 100),
        quiet,
      ]
    }
    const head = [
      '500 clients that',
      'logins/s',
      'accepted p99 ms <= 1500',
      '503 with Retry-After',
      'other answers = 0',
      'JWKS p99 ms <= 100',
      'live p99 ms <= 100',
      'other work',
    ]
    const rows = [
      ['wait as Retry-After asks', ...(await bombard(obeyRetryAfter))],
      ['come back at once', ...(await bombard(undefined))],
    ]
    return `## 500 clients at once

${(forMs * rounds) / 1000} s each. Meanwhile another process requests JWKS and liveness 50 times a second.

${table(head, rows)}`
  } finally {
    probe.stop()
  }
}
