import { AppError } from '../app-error.ts'
import { ConfigError } from '../config.ts'
import { escapeUnseen } from '../unseen.ts'
import { withoutSecrets } from '../without-secrets.ts'
import { type Call, type Command, findCommand, helpOn, UsageError } from './command.ts'

const say = (line: string) => void process.stderr.write(`${withoutSecrets(escapeUnseen(line))}\n`)
const asksForHelp = (it: string) => it === '--help' || it === '-h' || it === 'help'

/**
 * Runs the command in the arguments of this process. Standard output is for results only. Exit code 2: wrong usage; 1: the
 * command failed.
 */
export const answerCall = async <Needs>(
  commands: Command<Needs>[],
  perform: (found: Call & { command: Command<Needs> }) => Promise<void>,
) => {
  const args = process.argv.slice(2)
  try {
    if (args.length === 0 || args.some(asksForHelp)) process.stdout.write(helpOn(commands, args[0]))
    else await perform(findCommand(commands, args))
  } catch (error) {
    if (error instanceof UsageError) {
      say(`${error.message}\n\n${helpOn(commands, args[0])}`)
      process.exitCode = 2
    } else {
      say(error instanceof AppError || error instanceof ConfigError ? error.message : String(error))
      process.exitCode = 1
    }
  }
}
