import { sendPath } from '../support/raw-http.ts'

/** What the attacker's own upstream (upstream/server.ts) is sent of a request: names and values as they come. */
export const askUpstream = async (headers: string[]) => {
  const answer = await sendPath('/examples/guarded', { headers })
  if (answer.status !== 200) throw new Error(`the guard answered ${answer.status}: ${answer.text}`)
  const { rawHeaders } = JSON.parse(answer.text) as { rawHeaders: string[] }
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []))
}
