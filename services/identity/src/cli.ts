import { createLog, escapeInvisible, runAs, runCommandLine } from '@gatehouse/service'
import { keyCommands } from './cli/key-commands.ts'
import { userCommands } from './cli/user-commands.ts'
import { readIdentityConfig } from './config.ts'
import { createKeyCipher } from './keys/key-cipher.ts'
import { createKeys } from './keys/keys.ts'
import { openDatabase } from './open-database.ts'
import { createOutbox } from './outbox/outbox.repository.ts'

// Run by `./gatehouse user …` and `./gatehouse keys …` in a container of identity.
const commands = [...userCommands, ...keyCommands]
const say = (line: string) => void process.stderr.write(`${escapeInvisible(line)}\n`)

await runCommandLine(commands, async (found) => {
  const config = readIdentityConfig()
  const log = createLog('cli', 'warn')
  const db = await openDatabase(config.databaseUrl, log)
  try {
    const outboxIn = createOutbox(config.issuer)
    const keys = createKeys({ db, outboxIn, cipher: createKeyCipher(config.keySecrets) })
    const needs = { db, outboxIn, keys, config, log, say }
    await runAs('job:cli', () => found.command.run(found, needs))
  } finally {
    await db.destroy()
  }
})
