import type { IdentityCommand } from './identity-command.ts'

const list: IdentityCommand = {
  name: 'keys list',
  about: 'all signing keys, newest first, with state and age',
  run: async (_call, { keys }) => {
    for (const { kid, state, createdAt, changedAt } of await keys.all()) {
      process.stdout.write(
        `${kid}  ${state.padEnd(8)}  made ${createdAt.toISOString()}  since ${changedAt.toISOString()}\n`,
      )
    }
  },
}

const rotate: IdentityCommand = {
  name: 'keys rotate',
  about: 'publishes a new key, which signs as soon as every verifier can have it',
  run: async (_call, { keys, config, say }) => {
    const { kid, createdAt } = await keys.rotate()
    const signsAt = new Date(createdAt.getTime() + config.keyTimes.publishLeadMs)
    process.stdout.write(`${kid}\n`)
    say(`it is published, and signs from ${signsAt.toISOString()}`)
  },
}

const withdraw: IdentityCommand = {
  name: 'keys withdraw',
  args: ['KID'],
  about: 'emergency: tokens of this key are refused from now on; another takes over first',
  run: async ({ positionals: [kid = ''] }, { keys, config, say }) => {
    await keys.withdraw(kid)
    const seconds = config.jwksMaxAgeSeconds
    say(`gateways refuse it within a second, other verifiers once their copy of the key set is ${seconds} s old`)
  },
}

const reencrypt: IdentityCommand = {
  name: 'keys reencrypt',
  about: 'encrypts all private keys with the first secret of KEY_SECRETS_FILE; then the others may be removed',
  run: async (_call, { keys }) => void process.stdout.write(`${await keys.reencrypt()} key(s) encrypted anew\n`),
}

export const keyCommands = [list, rotate, withdraw, reencrypt]
