import { readFileSync } from 'node:fs'
import { answerQuestions } from '../harness/ask-process.ts'
import { quantile } from '../harness/quantiles.ts'
import { openConnection } from './keep-alive-connection.ts'

/** Lines of a token file: used repeatedly, or once each, which may end the load early. */
export type TokenChoice = { file: string; use: 'again' | 'once'; first: number; count: number }
export type LoadQuestion = TokenChoice & {
  url: string
  path: string
  status: number
  connections: number
  forMs: number
}
export type LoadReply = { requests: number; perSecond: number; p50: number; p99: number }

const files = new Map<string, string[]>()
const tokensOf = (file: string) => {
  const tokens = files.get(file) ?? readFileSync(file, 'latin1').split('\n')
  files.set(file, tokens)
  return tokens
}

/** Keeps a core busy, because waking a sleeping client would be charged to the server. @returns how to stop */
const stayAwake = () => {
  let isOver = false
  const turn = () => {
    if (!isOver) setImmediate(turn)
  }
  turn()
  return () => {
    isOver = true
  }
}

/** A closed loop over keep-alive connections. @throws Error at the first response with another status */
const load = async ({ url, path, status, connections, forMs, file, use, first, count }: LoadQuestion) => {
  const tokens = tokensOf(file)
  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(url)))
  const ms: number[] = []
  const startedAt = performance.now()
  let taken = 0
  const take = () => {
    if (use === 'again') return tokens[first + Math.floor(Math.random() * count)]
    if (taken === count) return undefined
    taken += 1
    return tokens[first + taken - 1]
  }
  const run = async ({ get }: (typeof opened)[number]) => {
    while (performance.now() - startedAt < forMs) {
      const token = take()
      if (token === undefined) return
      const answer = await get(path, token)
      if (answer.status !== status) throw new Error(`${url}${path} answered ${answer.status} instead of ${status}`)
      ms.push(answer.ms)
    }
  }
  const sleepAgain = stayAwake()
  try {
    await Promise.all(opened.map(run))
  } finally {
    sleepAgain()
  }
  const tookMs = performance.now() - startedAt
  for (const connection of opened) connection.close()
  return {
    requests: ms.length,
    perSecond: (ms.length * 1000) / tookMs,
    p50: quantile(ms, 0.5),
    p99: quantile(ms, 0.99),
  }
}

answerQuestions<LoadQuestion, LoadReply>(load)
