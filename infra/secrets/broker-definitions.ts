import { createHash } from 'node:crypto'

const names = ['identity', 'gateway', 'operator'] as const
type Passwords = Record<(typeof names)[number], string>

/** RabbitMQ's salted SHA-256: base64 of a 4-byte salt and the digest of salt and password. */
const passwordHash = (password: string, salt: Buffer) =>
  Buffer.concat([salt, createHash('sha256').update(salt).update(password, 'utf8').digest()]).toString('base64')

// Each user writes under its own prefix only. Nobody publishes directly to a queue, so `amq.default` is not needed.
export const permissions = {
  identity: { configure: '^gatehouse\\.', write: '^gatehouse\\.', read: '^gatehouse\\.' },
  gateway: { configure: '^gateway\\.', write: '^gateway\\.', read: '^(gateway\\.|gatehouse\\.)' },
  // Reads events and dead letters. A redrive uses a temporary user (tools/commands/events.sh), because with permission to write to
  // a subscriber's exchange this user could send it forged events.
  operator: { configure: '^operator\\.', write: '^operator\\.', read: '^(operator\\.|gatehouse\\.events|.*\\.dead$)' },
}

// Per user, over all its processes. A replica of identity or the gateway has at most three connections.
const limits = {
  identity: { 'max-connections': 96, 'max-channels': 384 },
  gateway: { 'max-connections': 192, 'max-channels': 384 },
  operator: { 'max-connections': 16, 'max-channels': 32 },
}

// A subscription has about six queues, a gateway one. The limit stops a client that creates queues without end before memory and
// disk are exhausted; existing queues keep working.
const maxQueues = 500

/**
 * The definitions that the broker imports at each start: users and permissions. Identity declares exchanges and queues.
 * @param salt makes the result deterministic, so that running the job again changes nothing
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
