import { as } from '../../support/client.ts'
import { signInAdmin } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { importLines } from '../import-lines.ts'
import { nameOf, tally } from '../tally.ts'

const hashed_password = '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'

/** Names that nobody sees, or that read like another's. */
const names = (of: string) => [
  '\uFEFF',
  '\u00AD',
  '\u3164',
  '\u{E0061}',
  `${of}\u200B`,
  `\u2060${of}`,
  `${of}\uFE0F`,
  `\u202E${[...of].reverse().join('')}`,
  of.replace('a', '\u0430'),
  of.replace('o', '\u043E'),
]

export const lookAlikeName: Attack = {
  finding: 'L3',
  title: 'somebody takes a name that is invisible, or looks like another’s',
  plants: [
    {
      file: 'services/identity/src/users/new-username.ts',
      replace: [["if (name === '') return 'must not be empty'", 'if (name !== null) return null']],
    },
    {
      file: 'migrations/src/sql/0007-accounts.sql',
      replace: [["ALTER TABLE users ADD CONSTRAINT users_username_not_empty CHECK (username <> '') NOT VALID;", '']],
    },
  ],
  run: async () => {
    const token = await signInAdmin()
    const all = names(`ada.lovelaco-${crypto.randomUUID().slice(0, 8)}`)
    const made = await Promise.all(
      all.map((username) => as(token).createUser({ body: { username, password: crypto.randomUUID() } })),
    )
    const { imported, codes } = await importLines(
      token,
      names(`alan.touring-${crypto.randomUUID().slice(0, 8)}`).map((username) => ({ username, hashed_password })),
    )
    const taken = made.filter((it) => it.status === 201).length
    return {
      succeeded: taken + imported > 0,
      figures: `made: ${tally(made.map(nameOf))}; imported: ${imported}, refused: ${tally(codes)}`,
    }
  },
}
