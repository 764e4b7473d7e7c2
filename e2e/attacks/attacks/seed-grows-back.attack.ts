import { send } from '../../http.ts'
import { createUser, signInAdmin } from '../../identity-calls.ts'
import { admin, logIn, tryLogIn } from '../../people.ts'
import { api, compose } from '../../stack.ts'
import type { Attack } from '../attack.ts'
import { nameOf } from '../tally.ts'

const rename = async (id: string, username: string, token: string) => {
  const { headers } = await send('GET', `${api()}/users/${id}`, { token })
  const answer = await send('PATCH', `${api()}/users/${id}`, {
    token,
    json: { username },
    headers: { 'if-match': headers.get('etag') ?? '' },
  })
  if (answer.status !== 200) throw new Error(`renaming was answered ${answer.status}: ${answer.text}`)
}

export const seedGrowsBack: Attack = {
  finding: 'H6',
  title: 'the seeded admin is renamed, and is created again with the default password at the next start',
  plants: [
    {
      file: 'services/identity/src/accounts/accounts.ts',
      replace: [
        [
          'if (await usersIn(db.manager).exist()) return null',
          'if (await usersIn(db.manager).findByUsername(person.username)) return null',
        ],
        ['if (await usersIn(tx).exist()) return null', 'if (user === null) return null'],
      ],
    },
  ],
  run: async () => {
    const seeded = await signInAdmin()
    const other = await logIn(await createUser(seeded, 'other-admin', { roles: ['admin'] }))
    const { body } = await send('GET', `${api()}/auth/me`, { token: seeded })
    const id = String(body.id)
    await rename(id, `renamed-${id}`, other)
    try {
      const before = await tryLogIn(admin)
      // As each `up` runs it.
      await compose('run', '--rm', '--no-deps', '-T', 'seed')
      const after = await tryLogIn(admin)
      const found = await send('GET', `${api()}/users?search=${admin.username}&limit=200`, { token: other })
      const grown = (found.body.users as { id: string; username: string }[]).find(
        (it) => it.username === admin.username,
      )
      if (grown) await send('DELETE', `${api()}/users/${grown.id}`, { token: other })
      return {
        succeeded: after.status === 200,
        figures: `sign-in as ${admin.username} before: ${nameOf(before)}, after: ${nameOf(after)}`,
      }
    } finally {
      await rename(id, admin.username, other)
    }
  },
}
