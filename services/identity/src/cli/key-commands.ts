import { setTimeout as delay } from 'node:timers/promises'
import { keyChangesIn } from '../keys/key-changes.ts'
import { keyReloadMs } from '../keys/key-lifecycle.ts'
import { signingKeysIn } from '../keys/signing-keys.repository.ts'
import type { IdentityCommand, Needs } from './identity-command.ts'

/** One change of the key set at a time, whoever else changes it. */
const whileLocked = <Result>(
  { db, cipher, newEvent }: Needs,
  change: (
    keys: ReturnType<typeof keyChangesIn>,
    published: Awaited<ReturnType<ReturnType<typeof signingKeysIn>['findPublished']>>,
  ) => Promise<Result>,
) =>
  db.transaction(async (tx) => {
    const keys = signingKeysIn(tx)
    await keys.lock()
    return change(keyChangesIn(tx, cipher, newEvent), await keys.findPublished())
  })

const list: IdentityCommand = {
  name: 'keys list',
  about: 'all signing keys, newest first, with state and age',
  run: async (_call, { db }) => {
    for (const { kid, state, createdAt, changedAt } of await signingKeysIn(db.manager).findAll()) {
      process.stdout.write(
        `${kid}  ${state.padEnd(8)}  made ${createdAt.toISOString()}  since ${changedAt.toISOString()}\n`,
      )
    }
  },
}

const rotate: IdentityCommand = {
  name: 'keys rotate',
  about: 'publishes a new key, which signs as soon as every verifier can have it',
  run: (_call, needs) =>
    whileLocked(needs, async (keys, published) => {
      const next = published.find((it) => it.state === 'next') ?? (await keys.make())
      const signsAt = new Date(next.createdAt.getTime() + needs.config.keyTimes.publishLeadMs)
      process.stdout.write(`${next.kid}\n`)
      needs.say(`it is published, and signs from ${signsAt.toISOString()}`)
    }),
}

const withdraw: IdentityCommand = {
  name: 'keys withdraw',
  args: ['KID'],
  about: 'emergency: tokens of this key are refused from now on; another takes over first',
  run: async ({ positionals: [kid = ''] }, needs) => {
    // Withdrawn at once it would go on signing where a replica has not heard of it yet, and verifiers that hear of it would
    // fetch a set that lacks the key that follows.
    const signed = await whileLocked(needs, (keys) => keys.relieve(kid))
    if (signed) await delay(1.5 * keyReloadMs)
    await whileLocked(needs, (keys) => keys.withdraw(kid))
    const seconds = needs.config.jwksMaxAgeSeconds
    needs.say(`gateways refuse it within a second, other verifiers once their copy of the key set is ${seconds} s old`)
  },
}

const reencrypt: IdentityCommand = {
  name: 'keys reencrypt',
  about: 'encrypts all private keys with the first secret of KEY_SECRETS_FILE; then the others may be removed',
  run: (_call, needs) =>
    whileLocked(needs, async (keys) =>
      process.stdout.write(`${await keys.encryptAnew()} key(s) encrypted anew\n`),
    ).then(() => undefined),
}

export const keyCommands = [list, rotate, withdraw, reencrypt]
