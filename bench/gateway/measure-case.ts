import { startAnswering } from '../harness/ask-process.ts'
import { say } from '../harness/say.ts'
import type { Case, Contestant } from './cases.ts'
import type { Task } from './contestants/contestant.ts'
import type { GatewayStack } from './gateway-stack.ts'
import { expectSame, recordAnswer } from './record-answer.ts'
import { type CaseResult, resultOf } from './result.ts'
import { type Competitor, type Load, type Pace, runRounds } from './rounds.ts'
import { type Tokens, warmPeople } from './tokens.ts'

export type Setting = { stack: GatewayStack; load: Load; tokens: Tokens; pace: Pace; people: number }

const files: Record<Exclude<Contestant, 'gateway'>, URL> = {
  'node-http': new URL('./contestants/node-http.process.ts', import.meta.url),
  'express-jwt': new URL('./contestants/express-jwt.process.ts', import.meta.url),
  'fastify-jwt': new URL('./contestants/fastify-jwt.process.ts', import.meta.url),
  jsonwebtoken: new URL('./contestants/jsonwebtoken.process.ts', import.meta.url),
}

const startContestant = async (name: keyof typeof files, task: Task) => {
  // Like the gateway; Express does less in production.
  const process = startAnswering<Task, { url: string }>(files[name], { NODE_ENV: 'production' })
  const { url } = await process.ask(task)
  return { name, url, pid: process.pid, stop: process.stop }
}

/** Restarts all contestants, so that no case benefits from the previous one. */
export const measureCase = async (it: Case, { stack, load, tokens, pace, people }: Setting): Promise<CaseResult> => {
  say(it.title)
  const gateway = await stack.startGateway()
  const others: Awaited<ReturnType<typeof startContestant>>[] = []
  try {
    const { samples, ofPeople } = tokens
    const accepted = await recordAnswer(gateway.url, it.status === 204 ? it.path : '/auth/me', samples.good)
    const refused = await recordAnswer(gateway.url, it.path, samples.bad)
    const isRefusal = it.status === 401
    const { issuer, audience } = stack.issuer
    const { publicPem } = await stack.issuer.key(0)
    const task = { issuer, audience, jwksUri: stack.jwksUri, publicPem, people, accepted, refused, isRefusal }
    for (const name of Object.keys(files) as (keyof typeof files)[]) {
      const other = await startContestant(name, task)
      others.push(other)
      const sample = isRefusal ? samples.bad : samples.good
      expectSame(name, await recordAnswer(other.url, it.path, sample), isRefusal ? refused : accepted)
    }
    // The sessions are made known first, because only the tokens are to be new.
    const known = { file: ofPeople.file, use: 'once' as const, first: 0, count: warmPeople, forMs: 5_000 }
    const self: Competitor = { name: 'gateway', url: gateway.url, pid: gateway.pid, tokens: it.tokens }
    await load.measure(self, { ...known, path: '/auth/me', status: 200 })
    const competitors = [self, ...others.map((other) => ({ ...other, tokens: it.tokens }))]
    return resultOf(it, await runRounds(load, competitors, it, pace))
  } finally {
    for (const other of others) other.stop()
    await gateway.stop()
  }
}
