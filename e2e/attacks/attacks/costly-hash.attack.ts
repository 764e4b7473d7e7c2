import { runSql } from '../../support/database.ts'
import { containers } from '../../support/stack.ts'
import { untilHealthy } from '../../support/until-healthy.ts'
import { signInAdmin, trySignIn } from '../../support/users.ts'
import type { Attack } from '../attack.ts'
import { importLines } from '../import-lines.ts'
import { tally } from '../tally.ts'

const salt = 'AAECAwQFBgcICQoLDA0ODw'
const digest = 'JbN2hANm9NOw4h5BRHZnbjzQ6Jr0QwNWojTOC2WgIbU'
/** Each stalls all sign-ins for seconds, or takes more memory than the container has; the first kills it. */
const hashes = [
  `$argon2id$v=19$m=262144,t=3,p=1$${salt}$${digest}`,
  `$argon2id$v=19$m=65536,t=12,p=16$${salt}$${digest}`,
  `$argon2d$v=19$m=262144,t=1,p=4$${salt}$${digest}`,
  `$scrypt$ln=18,r=8,p=16$${salt}$${digest}`,
  `$scrypt$ln=14,r=32,p=4$${salt}$${digest}`,
  '$2b$15$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu',
  `$pbkdf2-sha512$2000000$${salt}$no0pQATH8VKOEmBWJw50YZrk2tmzRj9Ae6xEw1vLLehsKeOPWOMVonpc79bKsUZLnXvPrnJcFkEt9hwlEgxdKw`,
]

const startsOfIdentity = async () => (await containers('identity')).map((it) => it.State.StartedAt).join()

export const costlyHash: Attack = {
  finding: 'M3',
  title: 'an imported user has a hash so costly that two wrong sign-ins kill identity',
  plants: [
    {
      file: 'services/identity/src/passwords/stored-hash.ts',
      replace: [
        [
          'memoryKib <= affordableMemoryKib && work <= (affordableWork[algorithm] ?? 0)',
          'memoryKib + work + algorithm.length > 0',
        ],
      ],
    },
    {
      file: 'services/identity/src/passwords/passwords.ts',
      replace: [['createWorkQueue({ running: 1, waiting: 2 })', 'createWorkQueue({ running: 2, waiting: 20 })']],
    },
  ],
  run: async () => {
    const name = crypto.randomUUID()
    const rows = hashes.map((hashed_password, nth) => ({ username: `${name}-${nth}`, hashed_password }))
    const { imported, codes } = await importLines(await signInAdmin(), rows)
    if (imported === 0) return { succeeded: false, figures: `${rows.length} costly hashes: ${tally(codes)}` }
    const before = await startsOfIdentity()
    const guess = () => trySignIn({ username: `${name}-0`, password: 'x' }).then((it) => String(it.status))
    const answers = await Promise.all([guess(), guess()].map((it) => it.catch(() => 'no answer')))
    // It must not come up with them: it would try how long each takes.
    await runSql(`DELETE FROM users WHERE username LIKE '${name}-%'`)
    await untilHealthy()
    const isKilled = (await startsOfIdentity()) !== before
    const verdict = isKilled ? 'identity was killed' : 'identity went on'
    return {
      succeeded: isKilled,
      figures: `${imported} of ${rows.length} costly hashes taken; ${tally(answers)}; ${verdict}`,
    }
  },
}
