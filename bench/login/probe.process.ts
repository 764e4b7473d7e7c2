import { setTimeout as delay } from 'node:timers/promises'
import { answerQuestions } from '../harness/ask-process.ts'
import { createHttpClient, expectStatus } from '../harness/http-client.ts'

export type ProbeQuestion = { url: string; paths: string[]; everyMs: number; forMs: number }
export type ProbeReply = { ms: Record<string, number[]> }

/** Sends small requests at a fixed rate, without waiting for responses, while others load the service. */
answerQuestions(async ({ url, paths, everyMs, forMs }: ProbeQuestion): Promise<ProbeReply> => {
  const client = createHttpClient(url, 64)
  const ms: Record<string, number[]> = Object.fromEntries(paths.map((path) => [path, []]))
  const ask = async (path: string) => void ms[path]?.push(expectStatus(await client.call({ path }), 200).ms)
  const asked: Promise<void>[] = []
  const startedAt = performance.now()
  for (let tick = 0; tick * everyMs < forMs; tick += 1) {
    await delay(Math.max(0, startedAt + tick * everyMs - performance.now()))
    asked.push(...paths.map(ask))
  }
  await Promise.all(asked)
  client.close()
  return { ms }
})
