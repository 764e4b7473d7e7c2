import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ProblemCode, problemCodes } from '@gatehouse/contracts'
import { describe, expect, it } from 'vitest'
import { AppError, type Kind } from './app-error.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = globSync('{libs,services}/*/src/**/*.ts', { cwd: root }).filter((it) => !it.endsWith('.test.ts'))
// Only printed by the command line.
const ofCommandLine = ['key_not_found', 'letter_not_found', 'password_missing', 'queue_not_found', 'broker_unavailable']

const appError = /new AppError\(\s*'(?<kind>\w+)',\s*'(?<code>\w+)',\s*(?<detail>'[^'\n]+'|`[^`]+`)?/g
const refusal = /new Refusal\(\s*'(?<code>\w+)',\s*(?<detail>'[^'\n]+'|`[^`]+`)?/g
const thrown = sources
  .flatMap((file) => {
    const text = readFileSync(`${root}/${file}`, 'utf8')
    return [appError, refusal].flatMap((pattern) =>
      [...text.matchAll(pattern)].map(({ groups }) => ({ ...groups, file })),
    )
  })
  .map((it) => it as { kind?: Kind; code: ProblemCode; detail?: string; file: string })
  .filter(({ code }) => !ofCommandLine.includes(code))

describe('errors thrown in the sources', () => {
  it.each(thrown)('$code of $file is a known problem code with its status', ({ kind, code }) => {
    expect(Object.keys(problemCodes)).toContain(code)
    if (kind) expect(problemCodes[code].status).toBe(new AppError(kind, code, '').status)
  })

  it.each([...Map.groupBy(thrown, (it) => it.code)])('%s has the documented detail', (code, all) => {
    const details = all.flatMap(({ detail }) => detail?.slice(1, -1) ?? [])
    // Interpolated parts may be any text.
    const fits = (detail: string) => {
      const [first = '', ...others] = detail.split(/\$\{.*?\}/)
      const shown = problemCodes[code].detail
      return others.length === 0 ? shown === detail : shown.startsWith(first) && shown.endsWith(others.at(-1) ?? '')
    }
    if (details.length > 0) expect(details.some(fits), details.join(' | ')).toBe(true)
  })
})
