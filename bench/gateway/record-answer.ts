import { request } from 'node:http'
import type { Recorded } from './contestants/contestant.ts'

// Node writes these headers in every contestant.
const writtenByNode = new Set(['date', 'connection', 'keep-alive'])

/** One response with its header names as sent. */
export const recordAnswer = (url: string, path: string, token: string) =>
  new Promise<Recorded>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const sent = request(new URL(path, url), { headers }, async (answer) => {
      const { rawHeaders } = answer
      const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : []))
      resolve({
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(pairs.filter(([name = '']) => !writtenByNode.has(name.toLowerCase()))),
        body: Buffer.concat(await answer.toArray()).toString(),
      })
    })
    sent.on('error', reject)
    sent.end()
  })

const withoutRequestId = ({ status, body }: Recorded) => `${status} ${body.replace(/"request_id":"[^"]*"/, '')}`

/** @throws Error when a contestant responds differently from the gateway, which would make the comparison invalid */
export const expectSame = (name: string, answer: Recorded, wanted: Recorded) => {
  if (withoutRequestId(answer) === withoutRequestId(wanted)) return
  throw new Error(`${name} answers ${withoutRequestId(answer)} where the gateway answers ${withoutRequestId(wanted)}`)
}
