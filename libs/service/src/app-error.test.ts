import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ProblemCode, problemCodes } from '@gatehouse/contracts'
import { expect, it } from 'vitest'
import { AppError, type Kind } from './app-error.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = globSync('{libs,services}/*/src/**/*.ts', { cwd: root }).filter((it) => !it.endsWith('.test.ts'))
const thrown = sources.flatMap((file) =>
  [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/new AppError\(\s*'(\w+)',\s*'(\w+)',/g)].map(
    ([, kind, code]) => ({ kind: kind as Kind, code: code as ProblemCode, file }),
  ),
)
// Told on a terminal alone.
const noAnswers = ['key_not_found', 'letter_not_found', 'password_missing', 'queue_not_found', 'broker_unavailable']

it.each(thrown.filter(({ code }) => !noAnswers.includes(code)))('$code of $file is one of the problem codes', (it) => {
  expect(problemCodes[it.code]?.status).toBe(new AppError(it.kind, it.code, '').status)
})
