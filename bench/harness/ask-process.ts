import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** Starts a process that handles requests one at a time, apart from the event loop of the benchmark. */
export const startAnswering = <Question extends object, Reply>(file: URL, environment: NodeJS.ProcessEnv = {}) => {
  const child: ChildProcess = fork(file, { env: { ...process.env, ...environment } })
  return {
    pid: child.pid as number,
    ask: async (question: Question): Promise<Reply> => {
      const tooSoon = new AbortController()
      const { signal } = tooSoon
      try {
        child.send(question)
        const died = once(child, 'exit', { signal }).then(([code]) => {
          throw new Error(`${file.pathname} ended with ${code}`)
        })
        const [reply] = (await Promise.race([once(child, 'message', { signal }), died])) as [Reply]
        return reply
      } finally {
        tooSoon.abort()
      }
    },
    stop: () => void child.disconnect(),
  }
}

/** The child's side: handles every request until the parent has gone. */
export const answerQuestions = <Question, Reply>(reply: (question: Question) => Promise<Reply>) => {
  process.on('message', async (question) => {
    const answer = await reply(question as Question)
    process.send?.(answer)
  })
}
