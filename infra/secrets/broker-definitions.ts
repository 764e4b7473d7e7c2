import { createHash } from 'node:crypto'

const names = ['identity', 'gateway', 'operator'] as const
type Passwords = Record<(typeof names)[number], string>

/** RabbitMQ's salted SHA-256: base64 of a 4-byte salt and the digest of salt and password. */
const passwordHash = (password: string, salt: Buffer) =>
  Buffer.concat([salt, createHash('sha256').update(salt).update(password, 'utf8').digest()]).toString('base64')

// Each writes under its own prefix only. `amq.default` is not needed: nobody publishes straight to a queue.
export const permissions = {
  identity: { configure: '^gatehouse\\.', write: '^gatehouse\\.', read: '^gatehouse\\.' },
  gateway: { configure: '^gateway\\.', write: '^gateway\\.', read: '^(gateway\\.|gatehouse\\.)' },
  // Follows events and looks at dead letters. To give letters back it is allowed one exchange more, for as long as that
  // takes (tools/commands/events.sh): with a lasting right to it, it could lay forged events before a subscriber.
  operator: { configure: '^operator\\.', write: '^operator\\.', read: '^(operator\\.|gatehouse\\.events|.*\\.dead$)' },
}

// Of each user, over all its processes. A replica of identity or of the gateway holds three connections at the most.
const limits = {
  identity: { 'max-connections': 96, 'max-channels': 384 },
  gateway: { 'max-connections': 192, 'max-channels': 384 },
  operator: { 'max-connections': 16, 'max-channels': 32 },
}

// A subscriber has six or so for each subscription, a gateway one. Who makes queues without end is refused before memory and
// disk are gone; what is there already goes on.
const maxQueues = 500

/**
 * What the broker imports at each start: users and what they may, no exchange and no queue (identity declares those).
 * @param salt makes the text the same each time it is made, so that a finished job run again changes nothing
 */
export const brokerDefinitions = (passwords: Passwords, salt: string) => {
  const saltOf = (name: string) => createHash('sha256').update(`${salt}:${name}`).digest().subarray(0, 4)
  return JSON.stringify({
    vhosts: [{ name: '/' }],
    users: names.map((name) => ({
      name,
      password_hash: passwordHash(passwords[name], saltOf(name)),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: [],
      limits: limits[name],
    })),
    permissions: names.map((name) => ({ user: name, vhost: '/', ...permissions[name] })),
    parameters: [{ vhost: '/', component: 'vhost-limits', name: 'limits', value: { 'max-queues': maxQueues } }],
  })
}
