import { onTestFinished } from 'vitest'
import { gatewaySecret } from './start-test-identity.ts'

const asService = { authorization: `Basic ${btoa(`gateway:${gatewaySecret}`)}` }

type Frame = { id: number; type: string | null; data: { id: string; type: string; subject: string } | null }

const fieldOf = (block: string, name: string) =>
  block
    .split('\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2)

/** Reads Server-Sent Events, as they arrive. Ends with the test. */
export const openEventStream = async (url: string, headers: Record<string, string> = {}) => {
  const hangUp = new AbortController()
  onTestFinished(() => hangUp.abort())
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...asService, ...headers },
    signal: hangUp.signal,
  })
  const frames: Frame[] = []
  let text = ''
  const read = async () => {
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8')
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = fieldOf(block, 'data')
        const id = fieldOf(block, 'id')
        if (id === undefined) continue
        const type = fieldOf(block, 'event') ?? null
        frames.push({ id: Number(id), type, data: data === undefined ? null : JSON.parse(data) })
      }
    }
  }
  const ended = response.ok ? read() : Promise.resolve()
  ended.catch(() => undefined) // a test that hangs up itself does not look
  return {
    response,
    /** All frames with an id; without `data` it is a keep-alive. */
    frames,
    events: () => frames.filter((it) => it.data !== null),
    ended,
    hangUp: () => hangUp.abort(),
  }
}
