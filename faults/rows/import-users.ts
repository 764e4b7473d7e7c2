import { as } from '@gatehouse/e2e/support/client.ts'
import { granted } from '@gatehouse/testkit'

// Of `correct horse`, made by libxcrypt. Nobody signs in as these.
const bcrypt = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'

/** So many events at once: an import of users writes one for each. @returns their names */
export const importUsers = async (count: number, adminToken: string) => {
  const batch = crypto.randomUUID()
  const names = Array.from({ length: count }, (_, nth) => `fault-${batch}-${nth}`)
  const body = names.map((username) => JSON.stringify({ username, hashed_password: bcrypt })).join('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  await granted(as(adminToken).send('POST', '/users/import', { headers, body }))
  return names
}
