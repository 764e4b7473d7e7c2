import { describe, expect, expectTypeOf, it } from 'vitest'
import type { AnswerOf, BodyOf, ParamsOf, QueryOf, Sends } from '../call.ts'
import type { LoginForm } from '../login.ts'
import type { UserState } from '../user.ts'
import type { UserQuery } from '../user-administration.ts'
import { type api, calls } from './api.ts'

describe.each(calls)('$operationId', ({ call }) => {
  it('has examples that fit its schemas', () => {
    if (call.body) call.body.schema.parse(call.body.example)
    for (const { schema, example } of [call.answers, ...(call.orAnswers ?? [])])
      if (schema) expect(schema.parse(example)).toEqual(example)
  })

  it('names its parameters in its path', () => {
    const named = [...call.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const { shape = {} } = (call.params ?? {}) as { shape?: object }
    expect(Object.keys(shape)).toEqual(named)
  })
})

it('no two calls have the same method and path', () => {
  const lines = calls.map(({ call }) => `${call.method} ${call.path}`)
  expect(lines).toEqual([...new Set(lines)])
})

it('a call keeps the types of its declaration', () => {
  expectTypeOf<(typeof api.changeUser)['path']>().toEqualTypeOf<'/users/{id}'>()
  expectTypeOf<(typeof api.changeUser)['method']>().toEqualTypeOf<'PATCH'>()
  expectTypeOf<Sends<typeof api.setPassword>>().toEqualTypeOf<{
    params: { id: string }
    query: undefined
    body: { new_password: string; must_change?: boolean | undefined }
  }>()
  expectTypeOf<ParamsOf<typeof api.readUser>>().toEqualTypeOf<{ id: string }>()
  expectTypeOf<QueryOf<typeof api.listUsers>>().toEqualTypeOf<UserQuery>()
  expectTypeOf<BodyOf<typeof api.logIn>>().toEqualTypeOf<LoginForm>()
  expectTypeOf<AnswerOf<typeof api.readUser>>().toEqualTypeOf<UserState>()
  expectTypeOf<(typeof api.readUser)['by']>().toEqualTypeOf<'admin'>()
  expectTypeOf<AnswerOf<typeof api.logOut>>().toEqualTypeOf<void>()
  expectTypeOf<BodyOf<typeof api.readUser>>().toEqualTypeOf<undefined>()
})
