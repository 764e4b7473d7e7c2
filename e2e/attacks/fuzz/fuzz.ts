import { CannotVerifyError, createTokenVerifier, TokenError } from '@gatehouse/token-verifier'
import { openChance } from './chance.ts'
import { type Generator, generators } from './generators.ts'
import { createOracle, leewaySeconds, maxLifetimeSeconds } from './oracle.ts'
import { audience, issuer, openWorld } from './world.ts'

type Answer = { claims: object } | { code: string } | { broke: unknown }
export type Finding = { at: number; generator: Generator; why: string; token: string }
export type Fuzzed = {
  seed: number
  cases: number
  acceptedByBoth: number
  refusedByOursAlone: number
  findings: Finding[]
  accepted: Partial<Record<Generator, number>>
}

const names = Object.keys(generators) as Generator[]
const keptTokens = 60
const remembered = 64

const refusal = (error: unknown): Answer =>
  error instanceof TokenError || error instanceof CannotVerifyError ? { code: error.code } : { broke: error }
const told = (answer: Answer) => JSON.stringify('broke' in answer ? { broke: String(answer.broke) } : answer)

/** Puts tokens to the verifier as it ships and to the oracle, until one is let in that should not be, or all are done. */
export const fuzz = async (seed: number, cases: number): Promise<Fuzzed> => {
  const chance = openChance(seed)
  const world = openWorld(chance)
  const { find } = world
  const keys = { find, findAfterFetch: async (kid: string) => find(kid) }
  const ours = createTokenVerifier({
    issuer,
    audience,
    keys,
    leewaySeconds,
    maxLifetimeSeconds,
    maxRemembered: remembered,
  })
  const oracle = createOracle(world)
  const result: Fuzzed = { seed, cases: 0, acceptedByBoth: 0, refusedByOursAlone: 0, findings: [], accepted: {} }
  const seen: string[] = []

  const verify = (token: string) => ours.verify(token).then((claims): Answer => ({ claims }), refusal)
  /** @returns what is wrong with the answers, or null */
  const wrong = async (token: string) => {
    const first = await verify(token)
    // A second and third time, since what is remembered answers from then on.
    const answers = [first, await verify(token), await verify(token)]
    const claims = await oracle(token)
    if (answers.some((it) => told(it) !== told(first))) return `answers differ: ${answers.map(told).join(' ')}`
    if ('broke' in first) return `neither claims nor a refusal: ${told(first)}`
    if ('claims' in first && !claims) return `let in against the oracle: ${told(first)}`
    if ('claims' in first && told(first) !== told({ claims: claims ?? {} }))
      return `claims of another token: ${told(first)}`
    return { isOurs: 'claims' in first, isTheirs: claims !== null }
  }

  for (let at = 0; at < cases && result.findings.length === 0; at += 1) {
    world.move()
    const generator = names[at < names.length ? at : chance.below(names.length)] as Generator
    const token = generators[generator]({ world, chance, seen })
    const outcome = await wrong(token)
    result.cases += 1
    if (typeof outcome === 'string') result.findings.push({ at, generator, why: outcome, token })
    else {
      if (outcome.isOurs) result.accepted[generator] = (result.accepted[generator] ?? 0) + 1
      if (outcome.isOurs && outcome.isTheirs) result.acceptedByBoth += 1
      if (!outcome.isOurs && outcome.isTheirs) result.refusedByOursAlone += 1
      if (outcome.isOurs && !seen.includes(token)) seen.push(token)
      if (seen.length > keptTokens) seen.splice(chance.below(seen.length), 1)
    }
  }
  return result
}
