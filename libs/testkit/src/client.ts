import { type AnswerOf, type Api, type Call, calls, type Sends } from '@gatehouse/contracts'

/** What a request carries besides its method and path. `body` is sent as it stands, with the content type of `headers`. */
export type Sent = {
  headers?: Record<string, string>
  json?: unknown
  form?: Record<string, string>
  body?: RequestInit['body']
}

/** Whatever was answered. `body` is the text, parsed where that is JSON; of a refusal it is the problem instead of what the call gives. */
export type Answer<Given = unknown> = { status: number; headers: Headers; text: string; body: Given }

type Member<Name extends string, Value> = [Value] extends [undefined]
  ? unknown
  : object extends Value
    ? { [N in Name]?: Value }
    : { [N in Name]: Value }

/** The parameters of the path by their names, `query` and `body` as the call declares them, and further `headers`. */
export type Request<C extends Call> = ([Sends<C>['params']] extends [undefined] ? unknown : Sends<C>['params']) &
  Member<'query', Sends<C>['query']> &
  Member<'body', Sends<C>['body']> & { headers?: Record<string, string> }

type Operation<C extends Call> = (
  ...sent: object extends Request<C> ? [Request<C>?] : [Request<C>]
) => Promise<Answer<AnswerOf<C>>>

/** An import is lines that come and go one by one: `send` takes them. */
type Operations = { [Id in Exclude<keyof Api, 'importUsers'>]: Operation<Api[Id]> }

type Common = {
  url: string
  /** Any request, also one that no call declares. Only a failed connection throws. */
  send(method: string, path: string, sent?: Sent): Promise<Answer<Record<string, unknown>>>
  /** The same client with this access token. */
  as(token: string): Client
  /** The same client with the credential of a service. */
  asService(name: string, secret: string): Client
}

/** A method for each call of Gatehouse, by its operation id in the OpenAPI document. */
export type Client = Operations & Common

type Options = {
  /** Sent with every request. */
  headers?: Record<string, string>
  /** Told of every answer; what it throws, the request throws. */
  onAnswer?: (method: string, path: string, answer: Answer) => void
}

const isJson = (headers: Headers) => /^application\/([\w.-]+\+)?json\b/.test(headers.get('content-type') ?? '')

const bodyOf = ({ json, form, body }: Sent) => {
  if (form) return { body: new URLSearchParams(form) }
  if (json !== undefined) return { body: JSON.stringify(json) }
  return body === undefined ? {} : { body }
}

const withParams = (path: string, params: Record<string, unknown>) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])))

const queryOf = (query: object = {}) => {
  const given = Object.entries(query).flatMap(([name, it]) => (it === undefined ? [] : [[name, String(it)]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given))}`
}

const encode = ({ body: declared }: Call, body: unknown): Sent => {
  if (body === undefined) return {}
  return declared?.types[0] === 'application/json' ? { json: body } : { form: body as Record<string, string> }
}

/**
 * A client of Gatehouse for tests, made of what `@gatehouse/contracts` declares of each call.
 * @param url where the API is: `http://localhost:8080/api`, or one service by itself
 */
export const createClient = (url: string, { headers: always = {}, onAnswer }: Options = {}): Client => {
  const send: Common['send'] = async (method, path, sent = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(sent.json !== undefined && { 'content-type': 'application/json' }), ...always, ...sent.headers },
      ...bodyOf(sent),
    })
    const { status, headers } = response
    const text = await response.text()
    const body = text !== '' && isJson(headers) ? JSON.parse(text) : text
    const answer = { status, headers, text, body }
    onAnswer?.(method, path, answer)
    return answer
  }
  const withAuthorization = (authorization: string) =>
    createClient(url, { headers: { ...always, authorization }, ...(onAnswer && { onAnswer }) })
  const operations = calls.map(({ operationId, call }) => {
    const operation = ({ query, body, headers, ...params }: Record<string, unknown> & Sent & { query?: object } = {}) =>
      send(call.method, withParams(call.path, params) + queryOf(query), {
        ...encode(call, body),
        ...(headers && { headers }),
      })
    return [operationId, operation]
  })
  const common: Common = {
    url,
    send,
    as: (token) => withAuthorization(`Bearer ${token}`),
    asService: (name, secret) => withAuthorization(`Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`),
  }
  // The list has the operations of the type: both are made of `api`.
  return { ...(Object.fromEntries(operations) as Operations), ...common }
}

/**
 * What a call gives: `const user = await granted(client.createUser({ body }))`.
 * @throws Error with the answer, where that is a refusal
 */
export const granted = async <Given>(answering: Promise<Answer<Given>>): Promise<Given> => {
  const { status, text, body } = await answering
  if (status >= 300) throw new Error(`it was answered ${status}: ${text}`)
  return body
}
