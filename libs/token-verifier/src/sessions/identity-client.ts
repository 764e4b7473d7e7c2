import { Agent, request } from 'node:http'
import { type SessionLookupAnswer, sessionLookupAnswer } from '@gatehouse/contracts'

const deadlineMs = 900
const maxAnswerBytes = 4 * 1024 * 1024

class StaleConnection extends Error {}

/** Looks up sessions at `http://name:secret@host` over keep-alive connections. @throws Error within 900 ms unless identity answers as declared */
export const createIdentityClient = (url: string) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const { username, password, origin } = new URL(url)
  const credential = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization = `Basic ${Buffer.from(credential).toString('base64')}`
  const endpoint = new URL('/internal/sessions/lookup', origin)

  const postOnce = (body: string) =>
    new Promise<string>((resolve, reject) => {
      const signal = AbortSignal.timeout(deadlineMs)
      const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const req = request(endpoint, { method: 'POST', agent, headers, signal }, (res) => {
        const chunks: Buffer[] = []
        let bytes = 0
        res.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes > maxAnswerBytes) req.destroy(new Error('The answer is too large.'))
        })
        res.on('error', reject)
        res.on('end', () => {
          if (res.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'))
          else reject(new Error(`Identity answered ${res.statusCode}.`))
        })
      })
      req.on('error', (error: NodeJS.ErrnoException) => {
        // Identity closed the keep-alive connection just as it was reused. A look-up can be repeated safely.
        if (req.reusedSocket && error.code === 'ECONNRESET') reject(new StaleConnection(error.message))
        else reject(error)
      })
      req.end(body)
    })
  const post = (body: string) =>
    postOnce(body).catch((error: unknown) => {
      if (error instanceof StaleConnection) return postOnce(body)
      throw error
    })

  return {
    lookUp: async (ids: string[]): Promise<SessionLookupAnswer> =>
      sessionLookupAnswer.parse(JSON.parse(await post(JSON.stringify({ ids })))),
    close: () => agent.destroy(),
  }
}
export type IdentityClient = ReturnType<typeof createIdentityClient>
