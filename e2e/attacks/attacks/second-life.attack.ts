import { as } from '../../support/client.ts'
import { createUser, signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { importLines } from '../import-lines.ts'
import { tally } from '../tally.ts'

const hashed_password = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'

export const secondLife: Attack = {
  finding: 'L4',
  title: 'a user is imported with the id of a deleted one, so that subscribers ignore its deactivation',
  plants: [
    {
      file: 'services/identity/src/accounts/import-users.ts',
      replace: [['await users.removeReusedIds(given.filter((id) => inserted.has(id)))', 'new Set<string>()']],
    },
  ],
  run: async () => {
    const adminToken = await signInAdmin()
    const { id } = await createUser(adminToken, 'deleted')
    await as(adminToken).deleteUser({ id })
    const { imported, codes } = await importLines(adminToken, [{ id, username: crypto.randomUUID(), hashed_password }])
    return { succeeded: imported > 0, figures: imported > 0 ? 'imported' : `refused: ${tally(codes)}` }
  },
}
