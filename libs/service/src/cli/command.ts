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
  config: { issuer: string; argon2: Argon2Cost; keyTimes: KeyTimes; jwksMaxAgeSeconds: number }
  log: Logger
  /** Tells progress, apart from the results. */
  say: (line: string) => void
}
export type Call = { positionals: string[]; options: Record<string, string | boolean | string[] | undefined> }

export type Command<On = Needs> = {
  /** Its name and what follows: `user add USERNAME`, `events dead redrive QUEUE [ID...]`. */
  usage: string
  about: string
  options?: ParseArgsOptionsConfig
  run: (call: Call, needs: On) => Promise<void>
}
type Usage = Pick<Command, 'usage'>

const nameOf = ({ usage }: Usage) => usage.split(' ').filter((it) => /^[a-z]+$/.test(it))
const expectedBy = ({ usage }: Usage) => ({
  least: usage.split(' ').filter((it) => /^[A-Z]+$/.test(it)).length,
  takesMore: usage.endsWith('...]'),
})

/** @throws UsageError that tells what is wrong with the call */
export const findCommand = <On>(commands: Command<On>[], args: string[]): Call & { command: Command<On> } => {
  const command = commands.find((it) => nameOf(it).every((word, at) => word === args[at]))
  // No more words than a name has: what follows may be a password.
  const longest = Math.max(...commands.map((it) => nameOf(it).length))
  if (!command) throw new UsageError(`There is no command "${args.slice(0, longest).join(' ')}".`)
  const { least, takesMore } = expectedBy(command)
  try {
    const { values, positionals } = parseArgs({
      args: args.slice(nameOf(command).length),
      options: command.options ?? {},
      allowPositionals: true,
    })
    if (takesMore ? positionals.length >= least : positionals.length === least) {
      return { command, positionals, options: values as Call['options'] }
    }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError(
    `"${command.usage}" takes ${takesMore ? 'at least ' : ''}${least} argument(s) besides its options.`,
  )
}

/** Help on the commands of one subject, or on all. */
export const usageOf = (commands: (Usage & { about: string })[], subject?: string) => {
  const about = commands.filter((it) => nameOf(it)[0] === subject)
  const lines = (about.length > 0 ? about : commands).map((it) => `  ./gatehouse ${it.usage}\n      ${it.about}`)
  return `usage:\n${lines.join('\n')}\n`
}
