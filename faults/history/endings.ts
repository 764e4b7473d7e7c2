import type { Ending } from './history.ts'

/** From when on a session may have ended, and when it surely had: nobody asks the product, only what was done to it. */
export type Life = { mayEndMs: number; endedMs: number }

const endless: Life = { mayEndMs: Number.POSITIVE_INFINITY, endedMs: Number.POSITIVE_INFINITY }

/** An attempt without an answer may have ended the session, and counts as no promise. */
export const livesOf = (endings: Ending[]) => {
  const lives = new Map<string, Life>()
  for (const { sessions, begunMs, endedMs, done } of endings) {
    for (const session of sessions) {
      const { mayEndMs, endedMs: before } = lives.get(session) ?? endless
      lives.set(session, {
        mayEndMs: Math.min(mayEndMs, begunMs),
        endedMs: done ? Math.min(before, endedMs) : before,
      })
    }
  }
  return (session: string): Life => lives.get(session) ?? endless
}
