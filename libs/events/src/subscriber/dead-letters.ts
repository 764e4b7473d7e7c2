import type { Channel, GetMessage } from 'amqplib'
import { silentLog } from '../broker-link.ts'
import { openConnection } from '../open-connection.ts'
import { withTimeout } from '../with-timeout.ts'
import { startForwarder } from './forwarder.ts'
import { deadQueueOf, workKey } from './subscriber-topology.ts'

export type DeadLetter = { id: string; type: string; reason: string; attempts: number; body: string }
type Options = { url: string; queue: string }

const connectWithinMs = 5_000

const deadLetterOf = ({ properties: { messageId, type, headers }, content }: GetMessage): DeadLetter => ({
  id: String(messageId ?? ''),
  type: String(type ?? ''),
  // Without our header, the broker gave up: each delivery ended the consumer's process.
  reason: String(headers?.['x-reason'] ?? 'delivery limit exceeded'),
  attempts: Number(headers?.['x-attempts'] ?? headers?.['x-delivery-count'] ?? 0),
  body: content.toString('utf8'),
})

/** Runs `work` on the dead letters that are there now, oldest first; those that it does not ack stay in the queue. */
const withDeadLetters = async <Result>(
  { url, queue }: Options,
  work: (channel: Channel, letters: GetMessage[]) => Promise<Result>,
) => {
  const abortSocket = new AbortController()
  try {
    const opening = openConnection({
      url,
      name: `${queue} dead letters`,
      signal: abortSocket.signal,
      onDisconnected: () => {},
      onBlocked: () => {},
    })
    const channel = await (await withTimeout(connectWithinMs, 'connecting', opening)).createChannel()
    channel.on('error', () => {}) // the call in progress rejects
    const dead = deadQueueOf(queue)
    const { messageCount } = await channel.checkQueue(dead)
    const letters: GetMessage[] = []
    for (let left = messageCount; left > 0; left -= 1) {
      const letter = await channel.get(dead)
      if (letter) letters.push(letter)
    }
    const result = await work(channel, letters)
    // Acks get no reply; the reply to closing the channel comes after they are processed.
    await channel.close()
    return result
  } finally {
    abortSocket.abort()
  }
}

/** The dead letters of a subscriber, oldest first, with the reason of each. @throws Error when the queue does not exist */
export const listDeadLetters = (options: Options): Promise<DeadLetter[]> =>
  withDeadLetters(options, async (_channel, letters) => letters.map(deadLetterOf))

/** Requeues dead letters with a fresh set of attempts: those with these ids, or all. @returns how many */
export const redriveDeadLetters = async (options: Options, ids?: readonly string[]): Promise<number> => {
  const forwarder = startForwarder({ url: options.url, name: `${options.queue} redrive`, log: silentLog })
  try {
    await forwarder.ready()
    return await withDeadLetters(options, async (channel, letters) => {
      const chosen = letters.filter((it) => !ids || ids.includes(deadLetterOf(it).id))
      for (const letter of chosen) {
        const fresh = { 'x-attempt': 1, 'x-attempts': undefined, 'x-reason': undefined }
        await forwarder.forward([options.queue, workKey], letter, fresh)
        channel.ack(letter)
      }
      return chosen.length
    })
  } finally {
    await forwarder.stop()
  }
}
