import { performance } from 'node:perf_hooks'
import type { Answer } from '@gatehouse/testkit'
import { as } from '../../support/client.ts'
import { runSql } from '../../support/database.ts'
import { createUser, signIn, signInAdmin, type TestUser } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf } from '../tally.ts'
import { untilOut } from '../until-out.ts'

// Above the 65,535 parameters that one statement may have.
const sessions = 66_000

/** As a release left them behind that set no limit. */
const fillWithSessions = ({ id }: TestUser) =>
  runSql(
    `INSERT INTO sessions SELECT other.* FROM sessions s, generate_series(1, ${sessions}) n,
       LATERAL jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), 'n', n)) other WHERE s.user_id = '${id}'`,
  )

/** Hundreds of thousands of rows and events are no business of the next attack. */
const forgetWhatIsLeft = () =>
  runSql(
    "DELETE FROM session_endings; DELETE FROM outbox WHERE sent_at IS NULL; DELETE FROM users WHERE username LIKE 'hydra-%'",
  )

const ways: [string, (user: TestUser, adminToken: string) => Promise<Answer>][] = [
  ['deactivated', ({ id }, token) => as(token).deactivateUser({ id })],
  ['deleted', ({ id }, token) => as(token).deleteUser({ id })],
]

export const unendableAccount: Attack = {
  finding: 'H1',
  title: `an account with ${sessions} active sessions cannot be deactivated or deleted`,
  plants: [
    {
      file: 'services/identity/src/sessions/end-sessions.ts',
      replace: [['endingBatch = 500', 'endingBatch = 1_000_000']],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const seen: string[] = []
    let thrownOut = 0
    for (const [name, end] of ways) {
      const user = await createUser(adminToken, 'hydra')
      const { access_token } = await signIn(user)
      await fillWithSessions(user)
      const startedAt = performance.now()
      const answer = await end(user, adminToken)
      const answeredMs = Math.round(performance.now() - startedAt)
      const outMs = answer.status < 300 ? await untilOut(access_token) : null
      if (outMs !== null && outMs < 1_000) thrownOut += 1
      const verdict = outMs === null ? 'still let in' : `out ${Math.round(outMs)} ms later`
      seen.push(`${name}: ${nameOf(answer)} after ${answeredMs} ms, ${verdict}`)
    }
    await forgetWhatIsLeft()
    return { succeeded: thrownOut < ways.length, figures: seen.join('; ') }
  },
}
