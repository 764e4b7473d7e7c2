import { problem } from '@gatehouse/contracts'
import { expect } from 'vitest'
import { api } from './stack.ts'

type Sent = { token?: string; form?: Record<string, string>; json?: unknown; headers?: Record<string, string> }
export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> }

const asJson = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text)
  } catch {
    // Not every answer is JSON; a test that expects it fails on the missing members, with `text` beside them.
    return {}
  }
}

const bodyOf = ({ form, json }: Sent) => {
  if (form) return { body: new URLSearchParams(form) }
  return json === undefined ? {} : { body: JSON.stringify(json) }
}

/** One request; whatever is answered is an answer, only a failed connection throws. */
export const send = async (method: string, url: string, sent: Sent = {}): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(sent.token !== undefined && { authorization: `Bearer ${sent.token}` }),
      ...(sent.json !== undefined && { 'content-type': 'application/json' }),
      ...sent.headers,
    },
    ...bodyOf(sent),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: asJson(text) }
}

export const get = (path: string, sent?: Sent) => send('GET', api() + path, sent)
export const post = (path: string, sent?: Sent) => send('POST', api() + path, sent)

/** Asserts the shape that every error has, and answers what tells it from others. */
export const refusalOf = (answer: Pick<Answer, 'status' | 'headers' | 'text'>) => {
  expect(answer.headers.get('content-type'), answer.text).toMatch('application/problem+json')
  const body = problem.parse(JSON.parse(answer.text))
  expect(body.status).toBe(answer.status)
  expect(answer.headers.get('x-request-id')).toBe(body.request_id)
  return { status: answer.status, code: body.code }
}
