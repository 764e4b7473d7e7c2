import type { UserPatch } from '@gatehouse/contracts'
import type { Ending, VersionMarkers } from '../history/history.ts'
import { type Asked, type PatientClient, unexpected } from './patient-client.ts'
import type { Change } from './plan.ts'
import { markedName, markedRoles, markersOf } from './version-markers.ts'

type Needs = {
  client: PatientClient
  adminToken: string
  record: (ending: Ending) => void
  onEnded: (session: Session, endedMs: number) => void
  onDeleted: (id: string) => void
}
export type Session = { id: string; user: string; token: string }

const sidOf = (token: string) =>
  String(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')).sid)

/** One user of the load and the one after it, with a session wherever there can be one. Changes wait for each other. */
export const openPerson = ({ client, adminToken: token, record, onEnded, onDeleted }: Needs) => {
  let id = ''
  let credentials = { username: '', password: '' }
  let isActive = true
  let session: Session | null = null
  let markers: VersionMarkers = { fullName: 0, roles: 0 }

  /** Looked up where the answer was lost: the name is taken, by ourselves. */
  const create = async () => {
    credentials = { username: `fault-${crypto.randomUUID()}`, password: crypto.randomUUID() }
    markers = { fullName: 0, roles: 0 }
    isActive = true
    const body = { ...credentials, full_name: markedName(0), roles: markedRoles(0) }
    const { answer, again } = await client('create', (it) => it.as(token).createUser({ body }))
    if (answer.status === 201) id = answer.body.id
    else if (answer.status === 409 && again) {
      const query = { search: credentials.username }
      const found = await client('find', (it) => it.as(token).listUsers({ query }))
      id = found.answer.body.users[0]?.id ?? ''
    } else throw unexpected('create', answer)
  }

  const signIn = async () => {
    const { answer } = await client('login', (it) => it.logIn({ body: credentials }))
    if (answer.status !== 200) throw unexpected('login', answer)
    const accessToken = answer.body.access_token
    session = { id: sidOf(accessToken), user: id, token: accessToken }
  }

  /** Reads the user, and changes it unless an attempt whose answer was lost has. */
  const patch = async (what: string, body: UserPatch, isDone: (markers: VersionMarkers | undefined) => boolean) => {
    while (true) {
      const read = await client('read', (it) => it.as(token).readUser({ id }))
      if (read.answer.status !== 200) throw unexpected('read', read.answer)
      if (isDone(markersOf(read.answer.body))) return
      const headers = { 'if-match': read.answer.headers.get('etag') ?? '' }
      const { answer } = await client(what, (it) => it.as(token).changeUser({ id, body, headers }))
      if (answer.status === 200) return
      if (answer.status !== 412) throw unexpected(what, answer)
    }
  }

  /** @param isYes whether an answer says that it has ended; `again`: an attempt before it may have done so */
  const end = async (
    isYes: (status: number, again: boolean) => boolean,
    act: (each: (asked: Asked) => void) => Promise<unknown>,
  ) => {
    const ended = session
    let again = false
    await act(({ answer, begunMs, endedMs }) => {
      const done = answer !== null && isYes(answer.status, again)
      again = true
      if (ended) record({ sessions: [ended.id], begunMs, endedMs, done })
      if (!done && answer && answer.status < 500 && answer.status !== 429) throw unexpected('an ending', answer)
      if (!done) return
      session = null
      if (ended) onEnded(ended, endedMs)
    })
  }

  const changes: Record<Change, () => Promise<unknown>> = {
    full_name: () => {
      const count = ++markers.fullName
      return patch('full_name', { full_name: markedName(count) }, (it) => it?.fullName === count)
    },
    roles: () => {
      const count = ++markers.roles
      return patch('roles', { roles: markedRoles(count) }, (it) => it?.roles === count)
    },
    logout: async () => {
      if (!session) return
      const own = session.token
      await end(
        (status, again) => status === 204 || (status === 401 && again),
        (each) => client('logout', (it) => it.as(own).logOut(), each),
      )
    },
    deactivate: async () => {
      await end(
        (status) => status === 200,
        (each) => client('deactivate', (it) => it.as(token).deactivateUser({ id }), each),
      )
      isActive = false
    },
    activate: async () => {
      const { answer } = await client('activate', (it) => it.as(token).activateUser({ id }))
      if (answer.status !== 200) throw unexpected('activate', answer)
      isActive = true
    },
    password: async () => {
      const body = { new_password: crypto.randomUUID() }
      await end(
        (status) => status === 204,
        (each) => client('password', (it) => it.as(token).setPassword({ id, body }), each),
      )
      credentials.password = body.new_password
    },
    replace: async () => {
      const former = id
      // Nginx asks another replica after a DELETE whose answer was lost, so gone already is a yes the first time too.
      await end(
        (status) => status === 204 || status === 404,
        (each) => client('delete', (it) => it.as(token).deleteUser({ id: former }), each),
      )
      onDeleted(former)
      await create()
    },
  }

  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  return {
    session: () => session,
    waiting: () => waiting,
    open: async () => {
      await create()
      await signIn()
    },
    /** @throws Error when the product answers what it must not */
    apply: (change: Change) => {
      waiting += 1
      const done = last.then(async () => {
        await changes[change]()
        if (isActive && !session) await signIn()
      })
      last = done.catch(() => undefined)
      return done.finally(() => {
        waiting -= 1
      })
    },
  }
}
