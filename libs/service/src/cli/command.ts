import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

/** The command or its arguments are wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export type Invocation = { positionals: string[]; options: Record<string, string | boolean | string[] | undefined> }

/** A command of a command line. `Needs` are the dependencies that its process passes to all commands. */
export type Command<Needs> = {
  /** The words of the command: `user add`. */
  name: string
  /** Required arguments, by the names that the usage shows. */
  args?: string[]
  /** Name of an optional last argument that may be repeated. */
  moreArgs?: string
  about: string
  options?: ParseArgsOptionsConfig
  run: (invocation: Invocation, needs: Needs) => Promise<void>
}
type Described = Pick<Command<never>, 'name' | 'args' | 'moreArgs' | 'about'>

const usageOf = ({ name, args = [], moreArgs }: Described) =>
  [name, ...args, ...(moreArgs ? [`[${moreArgs}...]`] : [])].join(' ')

/** @throws UsageError */
export const findCommand = <Needs>(
  commands: Command<Needs>[],
  words: string[],
): Invocation & { command: Command<Needs> } => {
  const command = commands.find(({ name }) => name.split(' ').every((word, at) => word === words[at]))
  // Repeats no more words than a command name has: the next one may be a password.
  const longest = Math.max(...commands.map(({ name }) => name.split(' ').length))
  if (!command) throw new UsageError(`Unknown command "${words.slice(0, longest).join(' ')}".`)
  const { name, args = [], moreArgs, options = {} } = command
  try {
    const rest = words.slice(name.split(' ').length)
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true })
    if (moreArgs ? positionals.length >= args.length : positionals.length === args.length) {
      return { command, positionals, options: values as Invocation['options'] }
    }
  } catch (error) {
    // Node appends advice on positional arguments.
    throw new UsageError((error as Error).message.replace(/\. To specify [\s\S]*/, '.'))
  }
  throw new UsageError(
    `"${usageOf(command)}" requires ${moreArgs ? 'at least' : 'exactly'} ${args.length} argument(s) in addition to options.`,
  )
}

/** The usage of the commands that begin with `subject`, or of all commands. */
export const helpText = (commands: Described[], subject?: string) => {
  const about = commands.filter(({ name }) => name.split(' ')[0] === subject)
  const lines = (about.length > 0 ? about : commands).map((it) => `  ./gatehouse ${usageOf(it)}\n      ${it.about}`)
  return `usage:\n${lines.join('\n')}\n`
}
