import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The call was not one of those there are. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export type Call = { positionals: string[]; options: Record<string, string | boolean | string[] | undefined> }

/** One command of a terminal; `Needs` is what its process hands to all of its commands. */
export type Command<Needs> = {
  /** The words that call it: `user add`. */
  name: string
  /** What has to follow, each by the name that help shows. */
  args?: string[]
  /** What may follow those, any number of times. */
  moreArgs?: string
  about: string
  options?: ParseArgsOptionsConfig
  run: (call: Call, needs: Needs) => Promise<void>
}
type Described = Pick<Command<never>, 'name' | 'args' | 'moreArgs' | 'about'>

const usageOf = ({ name, args = [], moreArgs }: Described) =>
  [name, ...args, ...(moreArgs ? [`[${moreArgs}...]`] : [])].join(' ')

/** @throws UsageError that tells what is wrong with the call */
export const findCommand = <Needs>(commands: Command<Needs>[], words: string[]): Call & { command: Command<Needs> } => {
  const command = commands.find(({ name }) => name.split(' ').every((word, at) => word === words[at]))
  // No more words than a name has: what follows may be a password.
  const longest = Math.max(...commands.map(({ name }) => name.split(' ').length))
  if (!command) throw new UsageError(`There is no command "${words.slice(0, longest).join(' ')}".`)
  const { name, args = [], moreArgs, options = {} } = command
  try {
    const rest = words.slice(name.split(' ').length)
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true })
    if (moreArgs ? positionals.length >= args.length : positionals.length === args.length) {
      return { command, positionals, options: values as Call['options'] }
    }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  throw new UsageError(
    `"${usageOf(command)}" takes ${moreArgs ? 'at least ' : ''}${args.length} argument(s) besides its options.`,
  )
}

/** Help on the commands of one subject, or on all. */
export const helpOn = (commands: Described[], subject?: string) => {
  const about = commands.filter(({ name }) => name.split(' ')[0] === subject)
  const lines = (about.length > 0 ? about : commands).map((it) => `  ./gatehouse ${usageOf(it)}\n      ${it.about}`)
  return `usage:\n${lines.join('\n')}\n`
}
