import type { QuickAnswer, QuickAnswers, Quickly } from '@gatehouse/service'
import type { KnownUser, Recognise } from '@gatehouse/token-verifier'
import { meAnswer, verifyAnswer } from './user-answers.ts'

/**
 * The two calls that every request of every service may come with, answered in front of Express where memory tells it all
 * and it is a yes. What they leave, Express answers alike.
 */
export const quickAnswers = (recognise: Recognise): QuickAnswers => {
  const to =
    (answerOf: (user: KnownUser) => QuickAnswer): Quickly =>
    (req) => {
      const user = recognise(req)
      return user && answerOf(user)
    }
  return new Map([
    ['/auth/me', to(meAnswer)],
    ['/auth/verify', to(verifyAnswer)],
  ])
}
