import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { drawMutants } from './drawn.ts'
import './provided.ts'
import { type Outcome, openWorkshop } from './workshop.ts'

const { MUTANTS = '120', MUTANTS_SEED, MUTANTS_ONLY = '' } = process.env
const seed = Number(MUTANTS_SEED ?? Math.floor(Math.random() * 1_000_000))
const drawn = drawMutants({ seed, count: Number(MUTANTS), only: MUTANTS_ONLY })
const say = (line: string) => void process.stdout.write(`${line}\n`)

const counts: Record<Outcome, number> = { killed: 0, 'killed by types': 0, survived: 0 }
const survivors: string[] = []
let workshop: ReturnType<typeof openWorkshop>

beforeAll(() => {
  say(`MUTANTS=${drawn.length} MUTANTS_SEED=${seed} draws the same changes again`)
  workshop = openWorkshop({ postgres: inject('postgres'), rabbitMq: inject('rabbitMq') })
})
afterAll(() => {
  workshop?.close()
  const noticed = counts.killed + counts['killed by types']
  const decided = noticed + counts.survived
  say(`\n${counts.killed} noticed by tests, ${counts['killed by types']} only by types, ${counts.survived} by nothing`)
  say(`score: ${noticed} of ${decided}, ${decided === 0 ? 0 : Math.round((1000 * noticed) / decided) / 10} %`)
  for (const it of survivors) say(`survived: ${it}`)
})

describe('of the core', () => {
  it.each(drawn)('$name', { timeout: 3_600_000 }, async ({ name, file, source }) => {
    const startedAt = performance.now()
    const outcome = await workshop.tryOut(file, source)
    counts[outcome] += 1
    if (outcome === 'survived') survivors.push(name)
    say(`${outcome} (${Math.round((performance.now() - startedAt) / 1000)} s): ${name}`)
    expect(outcome, 'a test that fails with it, or its reason in harmless.ts').not.toBe('survived')
  })
})
