import type { EventType } from '@gatehouse/contracts'

/** `GET /auth/me` with the token of one session, at one gateway or through Nginx. All times are monotonic ms. */
export type Read = {
  at: string
  session: string
  user: string
  begunMs: number
  endedMs: number
  /** Null: no answer came. */
  status: number | null
  code?: string | undefined
  /** How often the load had changed what was answered, by what; see `load/version-markers.ts`. */
  markers?: VersionMarkers | undefined
}

/** What the load writes into a user so that an answer tells how old it is: each number only ever grows. */
export type VersionMarkers = { fullName: number; roles: number }

/** One attempt at something that ends sessions, when it is answered with yes. */
export type Ending = { sessions: string[]; begunMs: number; endedMs: number; done: boolean }

/** One attempt at a change or a sign-in, through Nginx. */
export type Attempt = { what: string; begunMs: number; endedMs: number; status: number | null }

/** An event at a subscriber, as often as it came. */
export type Delivery = { subscriber: string; id: string; type: EventType; subject: string; version: number }

/** Where a user ended up; version null: deleted. */
export type Outcome = { version: number | null; state: string }
export type FinalState = {
  identity: Map<string, Outcome>
  /** Ids of the events that identity keeps and has sent, or should have. */
  events: Set<string>
  subscribers: Map<string, Map<string, Outcome>>
}

/** A container of ours, before and after. */
export type Process = {
  name: string
  /** Unexpected restarts and the like, each with the words of the engine or of the log. */
  complaints: string[]
  /** Null where it was started anew meanwhile. */
  memoryBytes: { before: number; after: number } | null
}

/** All that happened in one row, as clients, subscribers and the engine saw it. */
export const openHistory = () => {
  const history = {
    reads: [] as Read[],
    attempts: [] as Attempt[],
    endings: [] as Ending[],
    deliveries: [] as Delivery[],
    finalState: { identity: new Map(), events: new Set(), subscribers: new Map() } as FinalState,
    processes: [] as Process[],
  }
  return history
}
export type History = ReturnType<typeof openHistory>
