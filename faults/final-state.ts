import { setTimeout as delay } from 'node:timers/promises'
import { userState } from '@gatehouse/contracts'
import { runSql } from '@gatehouse/e2e/support/database.ts'
import { z } from 'zod'
import type { Environment } from './environment.ts'
import type { Outcome } from './history/history.ts'
import { stateOf, watchedTypes } from './reader.ts'

const types = watchedTypes.map((it) => `'${it}'`).join(', ')
const people = z.array(
  userState.pick({ id: true, username: true, full_name: true, is_active: true, roles: true, version: true }),
)
const jsonOf = async (sql: string) => JSON.parse((await runSql(sql)).trim() || '[]')

/** The last number of the outbox: what has a higher one happened afterwards. */
export const lastSeq = async () => Number((await runSql('SELECT coalesce(max(seq), 0) FROM outbox')).trim())
export const countUnsent = async () =>
  Number((await runSql('SELECT count(*) FROM outbox WHERE sent_at IS NULL')).trim())

const readIdentity = async (deleted: string[], seq: number) => {
  const users = people.parse(
    await jsonOf(
      `SELECT json_agg(json_build_object('id', id, 'username', username, 'full_name', full_name, 'is_active', is_active,
         'roles', roles, 'version', version)) FROM users WHERE username LIKE 'fault-%'`,
    ),
  )
  const ids = z
    .array(z.uuid())
    .parse(await jsonOf(`SELECT json_agg(id) FROM outbox WHERE seq > ${seq} AND type IN (${types})`))
  const identity = new Map(users.map((it): [string, Outcome] => [it.id, { version: it.version, state: stateOf(it) }]))
  for (const id of deleted) identity.set(id, { version: null, state: '' })
  return { identity, events: new Set(ids) }
}

const withinMs = 20_000

/** Waits until every event has reached every subscriber, and no longer than 20 s. @returns what identity and they then know */
export const readFinalState = async ({ readers, load }: Pick<Environment, 'readers' | 'load'>, sinceSeq: number) => {
  const deadline = performance.now() + withinMs
  const told = await readIdentity(load.deleted(), sinceSeq)
  const isComplete = () => readers.every(({ came }) => [...told.events].every((id) => came.has(id)))
  while (!isComplete() && performance.now() < deadline) await delay(50)
  return { ...told, subscribers: new Map(readers.map((it) => [it.queue, it.outcomes()])) }
}
