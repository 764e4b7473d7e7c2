import { openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { onceOnly, subscribe } from '@gatehouse/events'
import pg from 'pg'

// A subscriber to be killed: notes what arrives in a file, and does its work once in a transaction of its own.
const [brokerUrl = '', databaseUrl = '', queue = '', arrivalsFile = ''] = process.argv.slice(2)
const arrivals = openSync(arrivalsFile, 'a')
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
const mostWorkMs = 10

subscribe({
  url: brokerUrl,
  queue,
  events: ['user.updated.v1'],
  handler: async (event) => {
    // At once and into the kernel's hands: what a killed process wrote is there, in the order of arrival.
    writeSync(arrivals, `${event.id} ${event.subject} ${event.sequence}\n`)
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await onceOnly(client, queue, event, async () => {
        await client.query('INSERT INTO effects (event_id) VALUES ($1)', [event.id])
        await delay(Math.random() * mostWorkMs)
      })
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  },
})
