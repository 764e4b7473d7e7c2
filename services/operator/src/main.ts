import { answerCall, escapeUnseen } from '@gatehouse/service'
import { readOperatorConfig } from './config.ts'
import { eventCommands } from './event-commands.ts'

// Run by `./gatehouse events …` in a container of its own, as the broker's user `operator`: identity's own user may not
// touch the queues of other services.
// What others wrote stands in both: names, bodies of letters, what a broker answers.
const print = (line: string) => void process.stdout.write(`${escapeUnseen(line)}\n`)
const say = (line: string) => void process.stderr.write(`${escapeUnseen(line)}\n`)

// Who read the output has seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

await answerCall(eventCommands, (found) => found.command.run(found, { ...readOperatorConfig(), print, say }))
