import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Fuzzed } from './fuzz.ts'
import { plants } from './plants.ts'

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const cases = Number(process.env.ATTACKS_FUZZ_CASES ?? 20_000)
const seed = Number(process.env.ATTACKS_SEED ?? Math.floor(Math.random() * 2 ** 31))

const runFuzz = async (most: number, plant?: string): Promise<Fuzzed> => {
  const preload = plant === undefined ? [] : ['--import', pathOf('./plant.ts')]
  const args = [...preload, pathOf('./fuzz.process.ts'), String(seed), String(most)]
  const env = { ...process.env, ...(plant !== undefined && { PLANT: plant }) }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 16 * 1024 * 1024 })
  return JSON.parse(stdout)
}

describe.concurrent(`the verifier, with tokens of every kind (ATTACKS_SEED=${seed})`, () => {
  it(`lets in none of ${cases} that jose refuses, and says the same each time`, {
    timeout: 600_000,
  }, async () => {
    const { findings, accepted, ...counts } = await runFuzz(cases)
    process.stderr.write(`${JSON.stringify({ ...counts, accepted })}\n`)
    expect(findings).toEqual([])
    expect(counts.cases).toBe(cases)
    // A verifier that refuses everything would pass as well.
    expect(counts.acceptedByBoth).toBeGreaterThan(cases / 20)
    expect(Object.keys(accepted)).toEqual(expect.arrayContaining(['good', 'replay']))
  })

  it.each(Object.keys(plants))('is caught when it has this mistake: %s', { timeout: 120_000 }, async (plant) => {
    const { findings } = await runFuzz(20_000, plant)
    expect(findings).toHaveLength(1)
  })
})
