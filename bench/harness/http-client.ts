import { Agent, request } from 'node:http'

export type Call = { method?: 'GET' | 'POST'; path: string; headers?: Record<string, string>; body?: string }
export type Answer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  ms: number
}

const answerWithinMs = 30_000

/**
 * For what is measured: connections that stay open, as a proxy keeps them, at most `connections` of them. The client of
 * testkit takes more of the machine for a call and says nothing of its connections.
 */
export const createHttpClient = (url: string, connections: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections })
  const call = ({ method = 'GET', path, headers, body }: Call) =>
    new Promise<Answer>((resolve, reject) => {
      const startedAt = performance.now()
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const sent = request(new URL(path, url), { method, agent, headers: { ...headers, ...length } }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const ms = performance.now() - startedAt
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(parts).toString(),
            ms,
          })
        })
      })
      sent.setTimeout(answerWithinMs, () => sent.destroy(new Error(`${path} was not answered in ${answerWithinMs} ms`)))
      sent.on('error', reject)
      sent.end(body)
    })
  return { call, close: () => agent.destroy() }
}
export type HttpClient = ReturnType<typeof createHttpClient>

/** @throws Error when the answer has another status: a benchmark of refusals would measure nothing */
export const expectStatus = (answer: Answer, status: number) => {
  if (answer.status !== status) throw new Error(`answered ${answer.status} instead of ${status}: ${answer.body}`)
  return answer
}
