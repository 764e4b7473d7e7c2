import type { IdentityCommand } from './identity-command.ts'

const list: IdentityCommand = {
  name: 'keys list',
  about: 'lists all signing keys, newest first, with state and age',
  run: async (_call, { keys }) => {
    for (const { kid, state, createdAt, changedAt } of await keys.all()) {
      process.stdout.write(
        `${kid}  ${state.padEnd(8)}  created ${createdAt.toISOString()}  since ${changedAt.toISOString()}\n`,
      )
    }
  },
}

const rotate: IdentityCommand = {
  name: 'keys rotate',
  about: 'publishes a new key, which starts to sign once every verifier can have fetched it',
  run: async (_call, { keys, config, say }) => {
    const { kid, createdAt } = await keys.rotate()
    const signsAt = new Date(createdAt.getTime() + config.keyTimes.activationDelayMs)
    process.stdout.write(`${kid}\n`)
    say(`published; signs from ${signsAt.toISOString()}`)
  },
}

const withdraw: IdentityCommand = {
  name: 'keys withdraw',
  args: ['KID'],
  about: 'emergency: invalidates all tokens of this key, after another key has started to sign',
  run: async ({ positionals: [kid = ''] }, { keys, config, say }) => {
    await keys.withdraw(kid)
    const seconds = config.jwksMaxAgeSeconds
    say(
      `gateways reject its tokens within a second, other verifiers within ${seconds} s, when they refetch the key set`,
    )
  },
}

const reencrypt: IdentityCommand = {
  name: 'keys reencrypt',
  about: 're-encrypts all private keys with the first secret in KEY_SECRETS_FILE; the others can then be removed',
  run: async (_call, { keys }) => void process.stdout.write(`${await keys.reencrypt()} key(s) re-encrypted\n`),
}

export const keyCommands = [list, rotate, withdraw, reencrypt]
