import { as } from '../../support/client.ts'
import { createUser, signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

export const silentThrottle: Attack = {
  finding: 'L1',
  title: 'an attack that the throttle blocks leaves no line in the security log',
  plants: [
    {
      file: 'services/identity/src/audit/audit.ts',
      replace: [['if (count === null) return\n      const about', 'if (Number(count) >= 0) return\n      const about']],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const { id, username } = await createUser(adminToken, 'besieged')
    const answers: string[] = []
    for (let nth = 0; nth < 12; nth += 1) answers.push(nameOf(await trySignIn({ username, password: 'x' })))
    if (!answers.includes('429 too_many_attempts')) throw new Error(`never throttled: ${tally(answers)}`)
    const { lines } = (await as(adminToken).readAudit({ query: { subject: id } })).body as {
      lines: { action: string; detail: { reason?: string } }[]
    }
    const reasons = lines.map((it) => it.detail.reason ?? it.action)
    return {
      succeeded: !reasons.includes('throttled'),
      figures: `sign-ins: ${tally(answers)}; in the record: ${tally(reasons)}`,
    }
  },
}
