import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAst } from 'vitest/node'
import { coreFiles, serviceTestsOf } from './core.ts'
import { allMutants, drawMutants } from './drawn.ts'
import { harmless, isHarmless } from './harmless.ts'
import { describeMutant, makeMutants } from './make-mutants.ts'

const root = new URL('../..', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')
const changesOf = (source: string) => makeMutants(source).map(({ from, to }) => `${from} => ${to}`)

describe('mutants', () => {
  it('turn operators, numbers, guards and negations', () => {
    expect(changesOf('const f = (a: number) => a < 5')).toEqual(['a < 5 => (a <= 5)', '5 => 6', '5 => 4', '5 => 50'])
    expect(changesOf('const k = 0 + 3_000')).toEqual([
      '0 + 3_000 => (0 - 3_000)',
      '0 => 1',
      '0 => -1',
      '3_000 => 300',
      '3_000 => 30000',
    ])
    expect(changesOf('const g = a && b')).toEqual(['a && b => (a || b)', 'a && b => (a)', 'a && b => (b)'])
    expect(changesOf('const h = !(a && b)')[0]).toBe('!(a && b) => !!(a && b)')
    expect(changesOf('const i = a > (b ?? c)')[0]).toBe('a > (b ?? c) => (a >= (b ?? c))')
    expect(changesOf('if (a) b = c')).toEqual(['a => false', 'a => !(a)', 'b = c => ;'])
  })

  it('drop statements, arguments, properties and elements, and change words but no sentences', () => {
    expect(changesOf('throw e')).toEqual(['throw e => ;'])
    expect(changesOf('const f = g(a, b)')).toEqual([', b => '])
    expect(changesOf("const f = { a: 'x y', b }")).toEqual([', b => ', "a: 'x y',  => "].reverse())
    expect(changesOf("const f = [a, 'b']")).toEqual(['a,  => ', ", 'b' => ", "'b' => 'xb'"])
    expect(changesOf('const f = `SELECT 1 FROM t WHERE a FOR UPDATE`')).toEqual([' FOR UPDATE => '])
  })

  it('leave types, imports and the log alone', () => {
    expect(changesOf("import { a } from 'b'\ntype C = 'd' | 5\nexport const e = f as 'g'")).toEqual([])
    expect(changesOf("log.info({ a: 5 }, 'done')")).toEqual([])
  })

  it('are sources that differ in that one place, and say its line', () => {
    const [mutant] = makeMutants('const a = 1\nconst b = c === d\n').slice(-1)
    expect(mutant).toMatchObject({ line: 2, text: 'const b = c === d', source: 'const a = 1\nconst b = (c !== d)\n' })
    expect(mutant && describeMutant(mutant)).toBe('2  c === d  =>  (c !== d)')
  })

  it('survive a weak test, and not a good one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-weak-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const survivorsOf = (test: string) =>
      makeMutants('export const mayEnter = (age: number) => age >= 18\n').filter(({ source }) => {
        writeFileSync(join(folder, 'rule.ts'), source)
        writeFileSync(
          join(folder, 'rule.check.ts'),
          `import { mayEnter } from './rule.ts'\nif (!(${test})) process.exit(1)\n`,
        )
        return spawnSync(process.execPath, [join(folder, 'rule.check.ts')]).status === 0
      })
    const weak = survivorsOf('mayEnter(40) && !mayEnter(3)')
    expect(weak.map((it) => it.to)).toEqual(['(age > 18)', '19', '17'])
    expect(survivorsOf('mayEnter(18) && !mayEnter(17)')).toEqual([])
  })
})

describe('the mutants of the core', () => {
  it('are the same for a seed, and others for another', () => {
    const namesOf = (seed: number) => drawMutants({ seed, count: 30, only: '' }).map((it) => it.name)
    expect(namesOf(7)).toEqual(namesOf(7))
    expect(namesOf(7)).not.toEqual(namesOf(8))
    expect(drawMutants({ seed: 7, count: 5, only: coreFiles[0] ?? '' }).map((it) => it.file)).toEqual(
      Array.from({ length: 5 }, () => coreFiles[0]),
    )
  })

  it('come of files and are tried by service tests that are there', () => {
    for (const file of coreFiles) {
      const mutants = makeMutants(read(file))
      expect(mutants.length, file).toBeGreaterThan(0)
      for (const it of mutants) expect(() => parseAst(it.source, { lang: 'ts' }), describeMutant(it)).not.toThrow()
    }
    for (const test of coreFiles.flatMap(serviceTestsOf)) expect(existsSync(new URL(test, root)), test).toBe(true)
    expect(allMutants().length).toBeGreaterThan(1_000)
  })

  it('are not counted where they are harmless, and each of those is one of them', () => {
    for (const [file, listed] of Object.entries(harmless)) {
      const made = makeMutants(read(file)).filter((it) => isHarmless(file, it))
      for (const [from, to] of listed.flatMap((it) => it.changes)) {
        expect(
          made.some((it) => it.from === from && it.to === to),
          `${file}: ${from} => ${to}`,
        ).toBe(true)
      }
    }
  })
})
