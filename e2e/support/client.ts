import { problem } from '@gatehouse/contracts'
import { type Answer, createClient } from '@gatehouse/testkit'
import { expect } from 'vitest'
import { api } from './stack.ts'

/** The API of the stack as clients reach it, through Nginx. */
export const gatehouse = () => createClient(api())
/** The same with this access token. */
export const as = (token: string) => gatehouse().as(token)

/** Asserts the shape that every error has, and answers what tells it from others. */
export const refusalOf = (answer: Pick<Answer, 'status' | 'headers' | 'text'>) => {
  expect(answer.headers.get('content-type'), answer.text).toMatch('application/problem+json')
  const body = problem.parse(JSON.parse(answer.text))
  expect(body.status).toBe(answer.status)
  expect(answer.headers.get('x-request-id')).toBe(body.request_id)
  return { status: answer.status, code: body.code }
}
