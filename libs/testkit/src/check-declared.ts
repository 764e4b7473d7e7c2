import { calls, commonCodes, type ProblemCode, problemCodes } from '@gatehouse/contracts'
import type { Answer } from './client.ts'

const pattern = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)

/** The call that a request makes; undefined where there is none. A path without parameters comes first. */
const callOf = (method: string, path: string) => {
  const asked = method === 'HEAD' ? 'GET' : method
  const plain = path.replace(/\?.*/s, '')
  const fitting = calls.filter(({ call }) => call.method === asked && pattern(call.path).test(plain))
  return fitting.toSorted((one, other) => Number(other.call.path === plain) - Number(one.call.path === plain))[0]
}

/**
 * For `onAnswer` of a client: holds an answer against what its call declares: status, body, and the code of a refusal.
 * @throws Error that says what is not declared
 */
export const checkDeclared = (method: string, path: string, { status, headers, body }: Answer) => {
  const found = callOf(method, path)
  if (!found) return
  const { operationId, call } = found
  const complain = (what: string) => {
    throw new Error(`${operationId} answers ${what}, and declares no such thing`)
  }
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    const code = (body as { code: ProblemCode }).code
    if (![...commonCodes, ...call.refuses].includes(code)) complain(`with the code ${code}`)
    if (problemCodes[code].status !== status) complain(`${status} with the code ${code}`)
    return
  }
  const answer = [call.answers, ...(call.orAnswers ?? [])].find((it) => it.status === status)
  if (!answer) return complain(String(status))
  if (method === 'HEAD' || (answer.type ?? 'application/json') !== 'application/json') return
  const parsed = answer.schema?.safeParse(body)
  if (parsed?.error) complain(`with another body: ${parsed.error.message}`)
}
