import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgetThrottles } from '../support/database.ts'
import { useStack } from '../support/stack.ts'
import { untilHealthy } from '../support/until-healthy.ts'
import type { Attack } from './attack.ts'
import { attacks } from './attacks.ts'
import { asDocument, type Results, report } from './report.ts'
import { startStacks } from './stacks.ts'

const results: Results = { shipped: new Map(), weak: new Map() }
const say = (line: string) => void process.stdout.write(`${line}\n`)

let stacks: Awaited<ReturnType<typeof startStacks>>
beforeAll(async () => {
  stacks = await startStacks(attacks)
}, 240_000)
afterAll(async () => {
  const text = report(attacks, results)
  say(`\n${text}`)
  if (process.env.ATTACKS_RESULT) writeFileSync(process.env.ATTACKS_RESULT, asDocument(text))
  await stacks?.stop()
}, 120_000)

const attackOn = (name: keyof Results) => async (attack: Attack) => {
  // One attack does not feel what another left behind.
  await forgetThrottles()
  const outcome = await attack.run()
  results[name].set(attack, outcome)
  return outcome
}

describe('what ships holds against', () => {
  beforeAll(async () => {
    useStack(stacks.shipped)
    await untilHealthy()
  })
  it.each(attacks)('$finding: $title', async (attack) => {
    expect(await attackOn('shipped')(attack)).toMatchObject({ succeeded: false })
  })
})

describe('with the old weakness put back succeeds', () => {
  beforeAll(async () => {
    useStack(await stacks.weak)
    await untilHealthy()
  })
  it.each(attacks)('$finding: $title', async (attack) => {
    expect(await attackOn('weak')(attack)).toMatchObject({ succeeded: true })
  })
})
