export type Arrival = { id: string; subject: string; sequence: number }
export type Seen = {
  /** Ids of all events whose transaction was committed. */
  written: string[]
  /** What reached the handler, in order. */
  arrivals: Arrival[]
  /** Ids of the events whose work was committed. */
  effects: string[]
  /** Rows of the outbox that are not marked sent. */
  unsent: number
}

/** What became of the events. All but `duplicates` has to be 0. */
export type Verdict = { lost: number; doneTwice: number; duplicates: number; outOfOrder: number; unsent: number }

export const verdictOf = ({ written, arrivals, effects, unsent }: Seen): Verdict => {
  const done = new Set(effects)
  const arrived = new Set<string>()
  const latest = new Map<string, number>()
  let outOfOrder = 0
  for (const { id, subject, sequence } of arrivals) {
    // What comes again may be older than what came last; what is new may not.
    if (arrived.has(id)) continue
    arrived.add(id)
    if (sequence < (latest.get(subject) ?? 0)) outOfOrder += 1
    latest.set(subject, sequence)
  }
  return {
    lost: written.filter((id) => !done.has(id)).length,
    doneTwice: effects.length - done.size,
    duplicates: arrivals.length - arrived.size,
    outOfOrder,
    unsent,
  }
}
