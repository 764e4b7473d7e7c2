import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PublicUser } from '@gatehouse/contracts'
import { answerQuestions } from '../../harness/ask-process.ts'
import { userOf } from '../people.ts'

/** A response of the gateway, byte for byte except for what Node adds. */
export type Recorded = { status: number; headers: Record<string, string>; body: string }

/** The input of a contestant: the issuer to trust, the number of users, and the gateway's responses. */
export type Task = {
  issuer: string
  audience: string
  jwksUri: string
  publicPem: string
  people: number
  accepted: Recorded
  refused: Recorded
  /** Which of the two a contestant that ignores the request has to send. */
  isRefusal: boolean
}

export type User = PublicUser
export const usersById = (people: number) =>
  new Map<string, User>(
    Array.from({ length: people }, (_, at) => {
      const { id, username, full_name, is_active, roles } = userOf(at + 1)
      return [id, { id, username, full_name, is_active, roles }]
    }),
  )

/** The headers of `/auth/verify` about a user. */
export const userHeaders = ({ id, username, roles }: User) => ({
  'Cache-Control': 'no-store',
  'X-Auth-User-Id': id,
  'X-Auth-Username': encodeURIComponent(username),
  'X-Auth-Roles': roles.join(','),
})

/** Runs a contestant as a process that gets its task, serves, and ends with its parent. */
export const contest = (serve: (task: Task) => Promise<Server>) =>
  answerQuestions(async (task: Task) => {
    const server = await serve(task)
    if (!server.listening) await once(server, 'listening')
    // The same as the gateway's; it is in the response headers.
    server.keepAliveTimeout = 75_000
    process.once('disconnect', () => process.exit())
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  })
