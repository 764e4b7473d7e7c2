import type { Pace } from '../gateway/rounds.ts'
import { createHttpClient } from '../harness/http-client.ts'
import { waitForQuiet } from '../harness/machine.ts'
import { median } from '../harness/quantiles.ts'
import { table } from '../harness/report.ts'
import { runLoad } from '../harness/run-load.ts'
import { say } from '../harness/say.ts'
import { startStack } from '../harness/stack.ts'
import { logInOn, obeyRetryAfter } from '../login/login-load.ts'
import { openCalls, type Populated } from '../login/lookups.ts'

const users = 1_000
const signInsAtOnce = 16
const warmUpMs = 5_000

/** Measures one call on one identity: calls per second, and identity's CPU time for each. */
const measurements = async (it: Populated) => {
  const calls = await openCalls(it)
  const signIns = createHttpClient(it.identity.url, signInsAtOnce)
  const signIn = (forMs: number) =>
    runLoad({ atOnce: signInsAtOnce, forMs, call: logInOn(signIns, users), pauseMs: obeyRetryAfter })
  const measure = async (name: string, forMs: number) => {
    const before = it.identity.cpuSeconds()
    const { answers, perSecond } = await (name === 'POST /auth/login' ? signIn(forMs) : calls.measure(name, forMs))
    return { perSecond, cpuMs: ((it.identity.cpuSeconds() - before) * 1000) / answers.length }
  }
  const close = () => {
    calls.close()
    signIns.close()
  }
  return { names: ['POST /auth/login', ...calls.names], measure, close }
}

/** Compares identity of both checkouts, each with a database of its own schema in one Postgres. */
export const compareIdentities = async (release: string, hashedPassword: string, { forMs, rounds }: Pace) => {
  const stack = await startStack()
  try {
    const own = await measurements({ identity: await stack.startIdentity('own', users, hashedPassword), users })
    const identity = await stack.startIdentity('release', users, hashedPassword, release)
    const old = await measurements({ identity, users })
    const rows: (string | number)[][] = []
    for (const name of own.names) {
      await waitForQuiet()
      for (const one of [own, old]) await one.measure(name, warmUpMs)
      const seen: Record<'own' | 'old', Awaited<ReturnType<typeof own.measure>>>[] = []
      for (let round = 0; round < rounds; round += 1) {
        const isOwnFirst = round % 2 === 0
        const first = await (isOwnFirst ? own : old).measure(name, forMs)
        const second = await (isOwnFirst ? old : own).measure(name, forMs)
        seen.push(isOwnFirst ? { own: first, old: second } : { own: second, old: first })
      }
      const of = (which: 'own' | 'old', what: 'perSecond' | 'cpuMs') => median(seen.map((it) => it[which][what]))
      const ratio = median(seen.map((it) => it.own.perSecond / it.old.perSecond)).toFixed(3)
      say(`  ${name}: ${ratio}`)
      const cpu = [of('old', 'cpuMs').toFixed(2), of('own', 'cpuMs').toFixed(2)]
      rows.push([name, of('old', 'perSecond'), of('own', 'perSecond'), ...cpu, ratio])
    }
    own.close()
    old.close()
    const head = ['', 'release /s', 'this /s', 'release CPU ms', 'this CPU ms', 'this / release']
    return `## Identity, ${users.toLocaleString('en')} users, ${signInsAtOnce} sign-ins at once, 32 of the other calls\n\n${table(head, rows)}`
  } finally {
    await stack.stop()
  }
}
