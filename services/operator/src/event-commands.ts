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
      throw new UsageError(`There is no event "${part}"; there are: ${eventTypes.join(', ')}.`)
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
    `RabbitMQ does not serve the call: ${cause instanceof Error ? cause.message : cause}. See: ./gatehouse logs rabbitmq`,
    { cause },
  )

/** Says in a person's terms what the broker refused. @throws AppError */
const onQueue = async <Result>(queue: string, work: Promise<Result>) => {
  try {
    return await work
  } catch (error) {
    const isMissing = (error as { code?: unknown }).code === 404
    throw isMissing ? queueNotFound(queue, error) : brokerUnavailable(error)
  }
}

// A message that another program laid there may have no id; it is still to be named.
const idOf = ({ id }: DeadLetter) => id || '-'
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

const tail: EventCommand = {
  name: 'events tail',
  about:
    'events as they happen; --type session or --type user.created.v1 (repeatable) shows these alone, --json one JSON a line',
  options: { type: { type: 'string', multiple: true, default: [] }, json: { type: 'boolean', default: false } },
  run: ({ options: { type, json } }, { brokerUrl, print, say }) => {
    const parts = readTypes(type as string[])
    const isAsked = (it: string) => parts.length === 0 || parts.some((part) => isWithin(it, part))
    return tailEvents({
      brokerUrl,
      say,
      onEvent: (event) => {
        if (isAsked(event.type)) print(json ? JSON.stringify(event) : eventLine(event))
      },
    })
  },
}

const list: EventCommand = {
  name: 'events dead list',
  args: ['QUEUE'],
  about: 'the dead letters of the subscriber with this queue, oldest first: id, type, attempts, reason',
  run: async ({ positionals: [queue = ''] }, { brokerUrl, print, say }) => {
    const letters = await onQueue(queue, listDeadLetters({ url: brokerUrl, queue }))
    for (const letter of letters)
      print(printable(`${idOf(letter)}  ${letter.type || '-'}  ${letter.attempts}  ${letter.reason}`))
    say(counted(letters.length, 'dead letter'))
  },
}

/** Indented if it is JSON, and otherwise as it is. */
const pretty = (body: string) => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body // what fits no schema may be a dead letter for just that
  }
}

const show: EventCommand = {
  name: 'events dead show',
  args: ['QUEUE', 'ID'],
  about: 'the whole body of one dead letter',
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
  about: 'gives dead letters back to work, all tries anew: these, or all',
  run: async ({ positionals: [queue = '', ...ids] }, { brokerUrl, print }) => {
    const chosen = ids.length > 0 ? ids.map((it) => (it === '-' ? '' : it)) : undefined
    const count = await onQueue(queue, redriveDeadLetters({ url: brokerUrl, queue }, chosen))
    print(`${counted(count, 'letter')} given back to work`)
    if (count < new Set(ids).size)
      throw new AppError('not_found', 'letter_not_found', `Not all of these are dead letters of "${queue}".`)
  },
}

export const eventCommands: EventCommand[] = [tail, list, show, redrive]
