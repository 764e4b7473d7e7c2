import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually, type RabbitMq } from '@gatehouse/testkit'
import type pg from 'pg'
import type { startVictims } from './victims.ts'
import type { openWriters } from './writers.ts'

type Needs = {
  broker: RabbitMq
  writers: Awaited<ReturnType<typeof openWriters>>
  relays: ReturnType<typeof startVictims>
  subscribers: ReturnType<typeof startVictims>
  /** To the subscriber's database. */
  effects: pg.Pool
  arrivalsFile: string
}

// Written while the broker is frozen, so that it is killed with a batch in flight.
const inFlight = 500
const frozenMs = 400
// Written when the subscriber is to be killed, so that there is work for it.
const underWay = 20
// An ack that was sent too early has reached the broker by then.
const ackedMs = 50
// A killed broker may first have to come back.
const patience = { withinMs: 30_000, everyMs: 10 }

/** Each kill with -9, at the moment at which it does most harm. */
export const createKills = ({ broker, writers, relays, subscribers, effects, arrivalsFile }: Needs) => ({
  leader: async () => {
    const running = async () => {
      const nth = await writers.leader()
      if (nth === undefined || !relays.isAlive(nth)) throw new Error('no relay leads')
      return nth
    }
    await relays.killAndReplace(await eventually(running, patience))
  },

  /** With a batch in flight of which it has nothing: one that it has, and has not confirmed, is not lost with it. */
  broker: async () => {
    await writers.whenAllIsSent(broker.pause)
    await writers.write(inFlight, 0)
    await delay(frozenMs)
    await broker.kill()
    await broker.start()
  },

  /** With work under way: nothing that came since the table was locked can be done. */
  subscriber: async () => {
    const holder = await effects.connect()
    try {
      await holder.query('BEGIN')
      await holder.query('LOCK TABLE effects IN EXCLUSIVE MODE')
      const before = statSync(arrivalsFile).size
      await writers.write(underWay, 0)
      const hasCome = () => {
        if (statSync(arrivalsFile).size === before) throw new Error('nothing has come')
      }
      await eventually(hasCome, patience)
      await delay(ackedMs)
      await subscribers.killAndReplace()
    } finally {
      await holder.query('ROLLBACK')
      holder.release()
    }
  },
})
