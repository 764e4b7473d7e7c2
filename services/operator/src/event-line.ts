import type { GatehouseEvent, SessionState, UserState } from '@gatehouse/contracts'
import { printable } from '@gatehouse/service'

const ofUser = ({ username, is_active, roles }: UserState) =>
  [username, is_active ? 'active' : 'deactivated', roles.join(',')].filter((it) => it !== '').join(' ')
const ofSession = ({ id, client_id }: SessionState) => `session ${id} of ${client_id}`

/** A short summary of an event. */
const summaryOf = (event: GatehouseEvent): string => {
  switch (event.type) {
    case 'user.deleted.v1':
      return 'deleted'
    case 'session.started.v1':
      return `${ofSession(event.data.session)} until ${event.data.session.expires_at}`
    case 'session.revoked.v1':
      return `${ofSession(event.data.session)}: ${event.data.reason}`
    case 'session.refresh_repeated.v1':
      return `${ofSession(event.data.session)}: ${event.data.reason} from ${event.data.address ?? 'an unknown address'}`
    case 'session.expired.v1':
      return ofSession(event.data.session)
    case 'login.failed.v1':
      return `${event.data.reason} from ${event.data.address ?? 'an unknown address'}`
    case 'key.published.v1':
    case 'key.activated.v1':
    case 'key.retired.v1':
      return event.data.key.state
    default:
      return ofUser(event.data.user)
  }
}

// Longer types shift only their own line.
const typeWidth = 'user.password_changed.v1'.length

/** Time, type, subject, sequence and summary of an event on one line. */
export const eventLine = (event: GatehouseEvent) =>
  printable(`${event.time}  ${event.type.padEnd(typeWidth)}  ${event.subject}  ${event.sequence}  ${summaryOf(event)}`)
