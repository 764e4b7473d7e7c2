import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import type { Logger } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { KeyCipher } from '../keys/key-cipher.ts'
import type { KeyTimes } from '../keys/key-lifecycle.ts'
import type { NewEvent } from '../outbox/new-event.ts'
import type { Argon2Cost } from '../passwords/passwords.ts'

/** The call was not one of those there are. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export type Needs = {
  db: DataSource
  cipher: KeyCipher
  newEvent: NewEvent
  config: { argon2: Argon2Cost; keyTimes: KeyTimes; jwksMaxAgeSeconds: number }
  log: Logger
  /** Tells progress, apart from the results. */
  say: (line: string) => void
}
type Call = { positionals: string[]; options: Record<string, string | boolean | undefined> }

export type Command = {
  /** Two words and what follows them: `user add USERNAME`. */
  usage: string
  about: string
  options?: ParseArgsOptionsConfig
  run: (call: Call, needs: Needs) => Promise<void>
}

const wordsOf = ({ usage }: Command) => usage.split(' ')

/** @throws UsageError that tells what is wrong with the call */
export const findCommand = (commands: Command[], args: string[]): Call & { command: Command } => {
  const command = commands.find((it) => wordsOf(it)[0] === args[0] && wordsOf(it)[1] === args[1])
  if (!command) throw new UsageError(`There is no command "${args.slice(0, 2).join(' ')}".`)
  const expected = wordsOf(command).filter((it) => /^[A-Z]+$/.test(it)).length
  try {
    const { values, positionals } = parseArgs({
      args: args.slice(2),
      options: command.options ?? {},
      allowPositionals: true,
    })
    if (positionals.length === expected) {
      return { command, positionals, options: values as Call['options'] }
    }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError(`"${command.usage}" takes ${expected} argument(s) besides its options.`)
}

/** Help on the commands of one subject, or on all. */
export const usageOf = (commands: Command[], subject?: string) => {
  const about = commands.filter((it) => wordsOf(it)[0] === subject)
  const lines = (about.length > 0 ? about : commands).map((it) => `  ./gatehouse ${it.usage}\n      ${it.about}`)
  return `usage:\n${lines.join('\n')}\n`
}
