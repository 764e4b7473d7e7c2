import { as } from '../../support/client.ts'
import { compose } from '../../support/stack.ts'
import { admin, createUser, signInAdmin, tokenOf, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { nameOf } from '../tally.ts'

const rename = async (id: string, username: string, token: string) => {
  const { headers } = await as(token).readUser({ id })
  const answer = await as(token).changeUser({
    id,
    body: { username },
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
    const other = await tokenOf(await createUser(seeded, 'other-admin', { roles: ['admin'] }))
    const { body } = await as(seeded).readMe()
    const id = String(body.id)
    await rename(id, `renamed-${id}`, other)
    try {
      const before = await trySignIn(admin)
      // As each `up` runs it.
      await compose('run', '--rm', '--no-deps', '-T', 'seed')
      const after = await trySignIn(admin)
      const found = await as(other).listUsers({ query: { search: admin.username, limit: 200 } })
      const grown = (found.body.users as { id: string; username: string }[]).find(
        (it) => it.username === admin.username,
      )
      if (grown) await as(other).deleteUser({ id: grown.id })
      return {
        succeeded: after.status === 200,
        figures: `sign-in as ${admin.username} before: ${nameOf(before)}, after: ${nameOf(after)}`,
      }
    } finally {
      await rename(id, admin.username, other)
    }
  },
}
