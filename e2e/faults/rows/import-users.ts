import { api } from '../../stack.ts'

// Of `correct horse`, made by libxcrypt. Nobody signs in as these.
const bcrypt = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'

/** So many events at once: an import of users writes one for each. @returns their names */
export const importUsers = async (count: number, adminToken: string) => {
  const batch = crypto.randomUUID()
  const names = Array.from({ length: count }, (_, nth) => `fault-${batch}-${nth}`)
  const response = await fetch(`${api()}/users/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/x-ndjson' },
    body: names.map((username) => JSON.stringify({ username, hashed_password: bcrypt })).join('\n'),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`the import was answered ${response.status}: ${text}`)
  return names
}
