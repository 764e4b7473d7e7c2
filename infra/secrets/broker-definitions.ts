import { createHash } from 'node:crypto'

const names = ['identity', 'gateway', 'operator'] as const
type Passwords = Record<(typeof names)[number], string>

/** RabbitMQ's salted SHA-256: base64 of a 4-byte salt and the digest of salt and password. */
const passwordHash = (password: string, salt: Buffer) =>
  Buffer.concat([salt, createHash('sha256').update(salt).update(password, 'utf8').digest()]).toString('base64')

// Each writes under its own prefix only. `amq.default` is not needed: nobody publishes straight to a queue.
const permissions = {
  identity: { configure: '^gatehouse\\.', write: '^gatehouse\\.', read: '^gatehouse\\.' },
  gateway: { configure: '^gateway\\.', write: '^gateway\\.', read: '^(gateway\\.|gatehouse\\.)' },
  // Looks into any queue and gives dead letters back to work, but publishes no event: those are identity's alone.
  operator: { configure: '^operator\\.', write: '^(?!gatehouse\\.|amq\\.)', read: '.*' },
}

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
    })),
    permissions: names.map((name) => ({ user: name, vhost: '/', ...permissions[name] })),
  })
}
