import { eventually } from '@gatehouse/testkit'
import { as } from '../../support/client.ts'
import { createUser, signIn, signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { openClients } from '../client-at.ts'
import { inTurns } from '../in-turns.ts'
import { nameOf, tally } from '../tally.ts'

// More than identity lets wait for a hash or for a connection to the database, however fast either is.
const atOnce = 400

export const hashingForOne: Attack = {
  finding: 'H4',
  title: 'one user requests so many password changes at once that nobody else can sign in',
  plants: [
    {
      file: 'services/identity/src/throttle/try-password.ts',
      replace: [
        [
          'await passwords.admit(attempt.username, () => attemptOnce(attempt, whenRight), isKnown)',
          'await (attempt.sessionId === undefined\n      ? passwords.admit(attempt.username, () => attemptOnce(attempt, whenRight), isKnown)\n      : attemptOnce(attempt, whenRight))',
        ],
      ],
    },
    {
      file: 'services/identity/src/passwords/admission.ts',
      replace: [
        ['if (hasFilledShare(account)) return false', ''],
        ['taken += Math.min(count, share())', 'taken += count'],
      ],
    },
    {
      file: 'services/identity/src/passwords/work-queue.ts',
      replace: [['const share = Math.max(1, Math.floor(maxWaiting / 4))', 'const share = maxWaiting']],
    },
    {
      file: 'infra/nginx/gatehouse/pace-passwords.conf',
      replace: [['limit_req zone=passwords burst=200 nodelay;', '']],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const [greedy, bystander] = [await createUser(adminToken, 'greedy'), await createUser(adminToken, 'bystander')]
    const { access_token: token } = await signIn(greedy)
    const ask = () =>
      as(token).changePassword({ body: { current_password: 'wrong', new_password: crypto.randomUUID() } })
    const { logInFrom } = await openClients()
    const asked: string[] = []
    let goesOn = true
    const flood = Array.from({ length: atOnce }, async () => {
      while (goesOn) asked.push(nameOf(await ask()))
    })
    await eventually(async () => {
      if (asked.length < atOnce) throw new Error('the flood has not begun')
    })
    const signIns = await inTurns(9, 3, async (nth) => nameOf(await logInFrom(`198.51.100.${nth + 1}`, bystander)))
    goesOn = false
    await Promise.all(flood)
    return {
      succeeded: signIns.filter((it) => it !== '200').length > 1,
      figures: `sign-ins meanwhile: ${tally(signIns)}; changes: ${tally(asked)}`,
    }
  },
}
