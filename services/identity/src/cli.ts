import { AppError, ConfigError, createLog, runAs } from '@gatehouse/service'
import { type Command, findCommand, UsageError, usageOf } from './cli/command.ts'
import { keyCommands } from './cli/key-commands.ts'
import { userCommands } from './cli/user-commands.ts'
import { readIdentityConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { createKeyCipher } from './keys/key-cipher.ts'
import { createNewEvent } from './outbox/new-event.ts'

// Run in a container of identity by `./gatehouse user …` and `./gatehouse keys …`; standard output is for results alone.
const commands: Command[] = [...userCommands, ...keyCommands]
const say = (line: string) => void process.stderr.write(`${line}\n`)

const run = async (args: string[]) => {
  const found = findCommand(commands, args)
  const config = readIdentityConfig()
  const log = createLog('cli', 'warn')
  const db = await openDatabase(config.databaseUrl, log)
  try {
    const cipher = createKeyCipher(config.keySecrets)
    const needs = { db, cipher, newEvent: createNewEvent(config.issuer), config, log, say }
    await runAs('job:cli', () => found.command.run(found, needs))
  } finally {
    await db.destroy()
  }
}

try {
  const args = process.argv.slice(2)
  if (args.length === 0 || args.some((it) => it === '--help' || it === '-h' || it === 'help')) {
    process.stdout.write(usageOf(commands, args[0]))
  } else await run(args)
} catch (error) {
  if (error instanceof UsageError) {
    say(`${error.message}\n\n${usageOf(commands, process.argv[2])}`)
    process.exitCode = 2
  } else {
    say(error instanceof AppError || error instanceof ConfigError ? error.message : String(error))
    process.exitCode = 1
  }
}
