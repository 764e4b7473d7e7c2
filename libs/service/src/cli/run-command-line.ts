import { AppError } from '../app-error.ts'
import { ConfigError } from '../config.ts'
import { escapeInvisible } from '../invisible.ts'
import { redactSecrets } from '../redact-secrets.ts'
import { type Command, findCommand, helpText, type Invocation, UsageError } from './command.ts'

const printError = (line: string) => void process.stderr.write(`${redactSecrets(escapeInvisible(line))}\n`)
const isHelpFlag = (it: string) => it === '--help' || it === '-h' || it === 'help'

/**
 * Runs the command in the arguments of this process. Standard output is for results only. Exit code 2: wrong usage; 1: the
 * command failed.
 */
export const runCommandLine = async <Needs>(
  commands: Command<Needs>[],
  run: (invocation: Invocation & { command: Command<Needs> }) => Promise<void>,
) => {
  const args = process.argv.slice(2)
  try {
    if (args.length === 0 || args.some(isHelpFlag)) process.stdout.write(helpText(commands, args[0]))
    else await run(findCommand(commands, args))
  } catch (error) {
    if (error instanceof UsageError) {
      printError(`${error.message}\n\n${helpText(commands, args[0])}`)
      process.exitCode = 2
    } else {
      printError(error instanceof AppError || error instanceof ConfigError ? error.message : String(error))
      process.exitCode = 1
    }
  }
}
