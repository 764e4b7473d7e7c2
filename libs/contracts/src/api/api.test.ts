import { describe, expect, it } from 'vitest'
import { calls } from './api.ts'

describe.each(calls)('$operationId', ({ call }) => {
  it('has examples that it would take and give', () => {
    if (call.body) call.body.schema.parse(call.body.example)
    for (const { schema, example } of [call.answers, ...(call.orAnswers ?? [])])
      if (schema) expect(schema.parse(example)).toEqual(example)
  })

  it('names in its path what its parameters are', () => {
    const named = [...call.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const { shape = {} } = (call.params ?? {}) as { shape?: object }
    expect(Object.keys(shape)).toEqual(named)
  })
})

it('no two calls are one', () => {
  const lines = calls.map(({ call }) => `${call.method} ${call.path}`)
  expect(lines).toEqual([...new Set(lines)])
})
