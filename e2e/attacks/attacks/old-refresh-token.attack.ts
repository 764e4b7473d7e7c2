import { as } from '../../support/client.ts'
import { createUser, refresh, signIn, signInAdmin, tryRefresh } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf, tally } from '../tally.ts'

const rotations = 5
const timesEach = 4

/** The stacks under attack have REFRESH_REUSE_SECONDS=0: the time for parallel tabs is over at once. */
export const oldRefreshToken: Attack = {
  finding: 'M1',
  title: 'a thief presents a refresh token that its owner has used, again and again, and nobody notices',
  plants: [
    {
      file: 'services/identity/src/sessions/refresh-rule.ts',
      replace: [
        [
          "if (stepsBehind === 0) return 'rotate'",
          "if (stepsBehind < 2) return stepsBehind === 0 ? 'rotate' : 'repeat'",
        ],
      ],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const owner = await createUser(adminToken, 'robbed')
    let current = (await signIn(owner)).refresh_token
    const thefts: string[] = []
    for (let nth = 0; nth < rotations; nth += 1) {
      const old = current
      current = (await refresh(old)).refresh_token
      for (let time = 0; time < timesEach; time += 1) thefts.push(nameOf(await tryRefresh(old)))
      if (thefts.at(-1) !== '200') break
    }
    const { lines } = (await as(adminToken).readAudit({ query: { subject: owner.id } })).body as {
      lines: { action: string }[]
    }
    const traces = lines.filter((it) => it.action !== 'user.created.v1' && it.action !== 'session.started.v1')
    const wholly = thefts.length === rotations * timesEach && thefts.every((it) => it === '200')
    return {
      succeeded: wholly || traces.length === 0,
      figures: `${thefts.length} tries: ${tally(thefts)}; audit lines: ${tally(traces.map((it) => it.action)) || 'none'}`,
    }
  },
}
