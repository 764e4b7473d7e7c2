import { eventTypes } from '@gatehouse/contracts'
import { type DeadLetter, listDeadLetters, redriveDeadLetters } from '@gatehouse/events'
import { AppError, type Command, printable, UsageError } from '@gatehouse/service'
import { eventLine } from './event-line.ts'
import { tailEvents } from './tail-events.ts'

type EventNeeds = { brokerUrl: string; print: (line: string) => void; say: (line: string) => void }
type EventCommand = Command<EventNeeds>

const isWithin = (type: string, part: string) => type === part || type.startsWith(`${part}.`)

const readTypes = (given: string[]) => {
  for (const part of given) {
    if (!eventTypes.some((it) => isWithin(it, part)))
      throw new UsageError(`Unknown event "${part}". Known events: ${eventTypes.join(', ')}.`)
  }
  return given
}

const queueNotFound = (queue: string, cause: unknown) =>
  new AppError(
    'not_found',
    'queue_not_found',
    `No subscriber has a queue "${queue}". All queues: docker compose exec rabbitmq rabbitmqctl list_queues name`,
    { cause },
  )
const brokerUnavailable = (cause: unknown) =>
  new AppError(
    'unavailable',
    'broker_unavailable',
    `RabbitMQ failed: ${cause instanceof Error ? cause.message : cause}. See: ./gatehouse logs rabbitmq`,
    { cause },
  )

/** Turns an error of the broker into a readable one. @throws AppError */
const onQueue = async <Result>(queue: string, work: Promise<Result>) => {
  try {
    return await work
  } catch (error) {
    const isMissing = (error as { code?: unknown }).code === 404
    throw isMissing ? queueNotFound(queue, error) : brokerUnavailable(error)
  }
}

// A message of another program may have no id; `-` then names it.
const idOf = ({ id }: DeadLetter) => id || '-'
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

const tail: EventCommand = {
  name: 'events tail',
  about:
    'prints events as they happen; --type user or --type user.created.v1 (repeatable) selects events, --json prints JSON lines',
  options: { type: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean', default: false } },
  run: ({ options: { type, json } }, { brokerUrl, print, say }) => {
    const parts = readTypes(type as string[])
    const isSelected = (it: string) => parts.length === 0 || parts.some((part) => isWithin(it, part))
    return tailEvents({
      brokerUrl,
      say,
      onEvent: (event) => {
        if (isSelected(event.type)) print(json ? JSON.stringify(event) : eventLine(event))
      },
    })
  },
}

const list: EventCommand = {
  name: 'events dead list',
  args: ['QUEUE'],
  about: 'lists the dead letters of a queue, oldest first: id, type, attempts, reason',
  run: async ({ positionals: [queue = ''] }, { brokerUrl, print, say }) => {
    const letters = await onQueue(queue, listDeadLetters({ url: brokerUrl, queue }))
    for (const letter of letters)
      print(printable(`${idOf(letter)}  ${letter.type || '-'}  ${letter.attempts}  ${letter.reason}`))
    say(counted(letters.length, 'dead letter'))
  },
}

/** Indents JSON and returns anything else unchanged. */
const pretty = (body: string) => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body // invalid JSON may be the reason why it is a dead letter
  }
}

const show: EventCommand = {
  name: 'events dead show',
  args: ['QUEUE', 'ID'],
  about: 'prints the body of a dead letter',
  run: async ({ positionals: [queue = '', id = ''] }, { brokerUrl, print }) => {
    const letters = await onQueue(queue, listDeadLetters({ url: brokerUrl, queue }))
    const found = letters.find((it) => idOf(it) === id)
    if (!found)
      throw new AppError('not_found', 'letter_not_found', `"${queue}" has no dead letter ${id}. See: events dead list`)
    for (const line of pretty(found.body).split('\n')) print(printable(line))
  },
}

const redrive: EventCommand = {
  name: 'events dead redrive',
  args: ['QUEUE'],
  moreArgs: 'ID',
  about: 'requeues dead letters with a fresh retry budget: those with the given ids, or all',
  run: async ({ positionals: [queue = '', ...ids] }, { brokerUrl, print }) => {
    const chosen = ids.length > 0 ? ids.map((it) => (it === '-' ? '' : it)) : undefined
    const count = await onQueue(queue, redriveDeadLetters({ url: brokerUrl, queue }, chosen))
    print(`${counted(count, 'dead letter')} requeued`)
    if (count < new Set(ids).size)
      throw new AppError('not_found', 'letter_not_found', `Some of these ids are not dead letters of "${queue}".`)
  },
}

export const eventCommands: EventCommand[] = [tail, list, show, redrive]
