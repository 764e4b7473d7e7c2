import { verify } from '@node-rs/argon2'
import { answerQuestions } from '../harness/ask-process.ts'

export type RawQuestion = { hashedPassword: string; password: string; atOnce: number; forMs: number }
export type RawReply = { perSecond: number; ms: number[] }

/** Verifies one password repeatedly: the speed of Argon2 alone on this machine. */
answerQuestions(async ({ hashedPassword, password, atOnce, forMs }: RawQuestion): Promise<RawReply> => {
  const startedAt = performance.now()
  const timeLeft = () => startedAt + forMs - performance.now()
  const ms: number[] = []
  const verifyOn = async () => {
    while (timeLeft() > 0) {
      const begunAt = performance.now()
      await verify(hashedPassword, password)
      if (timeLeft() >= 0) ms.push(performance.now() - begunAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, verifyOn))
  return { perSecond: (ms.length * 1000) / forMs, ms }
})
