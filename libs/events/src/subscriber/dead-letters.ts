import type { Channel, GetMessage } from 'amqplib'
import { silent } from '../broker-link.ts'
import { openConnection } from '../open-connection.ts'
import { within } from '../within.ts'
import { startForwarder } from './forwarder.ts'
import { deadQueueOf, workKey } from './subscriber-topology.ts'

export type DeadLetter = { id: string; type: string; reason: string; attempts: number; body: string }
type Options = { url: string; queue: string }

const connectWithinMs = 5_000

const letterOf = ({ properties: { messageId, type, headers }, content }: GetMessage): DeadLetter => ({
  id: String(messageId ?? ''),
  type: String(type ?? ''),
  // Without a reason of ours the broker itself gave up: the message took its consumer with it each time.
  reason: String(headers?.['x-reason'] ?? 'delivered too often without an ack'),
  attempts: Number(headers?.['x-attempts'] ?? headers?.['x-delivery-count'] ?? 0),
  body: content.toString('utf8'),
})

/** Holds the letters that are there now, oldest first; what is not acked stays where it is. */
const withLetters = async <Result>(
  { url, queue }: Options,
  work: (channel: Channel, letters: GetMessage[]) => Promise<Result>,
) => {
  const wire = new AbortController()
  try {
    const opening = openConnection({
      url,
      name: `${queue} dead letters`,
      wire: wire.signal,
      onLost: () => {},
      onBlocked: () => {},
    })
    const channel = await (await within(connectWithinMs, 'connecting', opening)).createChannel()
    channel.on('error', () => {}) // the call under way rejects
    const dead = deadQueueOf(queue)
    const { messageCount } = await channel.checkQueue(dead)
    const letters: GetMessage[] = []
    for (let left = messageCount; left > 0; left -= 1) {
      const letter = await channel.get(dead)
      if (letter) letters.push(letter)
    }
    const result = await work(channel, letters)
    // Acks are not answered; closing the channel is, and comes behind them.
    await channel.close()
    return result
  } finally {
    wire.abort()
  }
}

/** The dead letters of a subscriber, oldest first, and why each is one. @throws Error when there is no such queue */
export const listDeadLetters = (options: Options): Promise<DeadLetter[]> =>
  withLetters(options, async (_channel, letters) => letters.map(letterOf))

/** Gives dead letters back to work, all tries anew: those of these ids, or all. @returns how many */
export const redriveDeadLetters = async (options: Options, ids?: readonly string[]): Promise<number> => {
  const forwarder = startForwarder({ url: options.url, name: `${options.queue} redrive`, log: silent })
  try {
    await forwarder.ready()
    return await withLetters(options, async (channel, letters) => {
      const chosen = letters.filter((it) => !ids || ids.includes(letterOf(it).id))
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
