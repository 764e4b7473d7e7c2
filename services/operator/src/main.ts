import { escapeInvisible, runCommandLine } from '@gatehouse/service'
import { readOperatorConfig } from './config.ts'
import { eventCommands } from './event-commands.ts'

// Run by `./gatehouse events …` in its own container, as the broker user `operator`: identity's user has no access to the
// queues of other services. All output is escaped, since it contains foreign text: names, message bodies, errors of the
// broker.
const print = (line: string) => void process.stdout.write(`${escapeInvisible(line)}\n`)
const say = (line: string) => void process.stderr.write(`${escapeInvisible(line)}\n`)

// The reader closed the pipe, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

await runCommandLine(eventCommands, (found) => found.command.run(found, { ...readOperatorConfig(), print, say }))
