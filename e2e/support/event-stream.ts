import { type GatehouseEvent, gatehouseEvent } from '@gatehouse/contracts'
import { api } from './stack.ts'

/** Reads `GET /events` as Server-Sent Events, as they arrive; a client for tests reads whole answers. */
export const openEventStream = async (query: string, headers: Record<string, string>) => {
  const hangUp = new AbortController()
  const response = await fetch(`${api()}/events?${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: hangUp.signal,
  })
  const events: { id: string; event: GatehouseEvent }[] = []
  const read = async () => {
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8')
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, id, data] = /^id: (\d+)\n[\s\S]*^data: (.*)$/m.exec(block) ?? []
        if (id && data) events.push({ id, event: gatehouseEvent.parse(JSON.parse(data)) })
      }
    }
  }
  const ended = read()
  ended.catch(() => undefined) // whoever looks for the end hears of it
  return { response, events, ended, hangUp: () => hangUp.abort() }
}
