import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt)
const pbkdf2Async = promisify(pbkdf2)

/** A stored hash that can be verified. */
export type StoredHash = {
  algorithm: string
  /** Algorithm and costs, as a prefix of the hash. Hashes of one kind take equally long to verify. */
  kind: string
  /** Cost of verification, in a unit of the algorithm. */
  work: number
  /** Whether imports accept it. The first release accepted higher costs, which are still verified. */
  isAffordable: boolean
  verify: (password: string) => Promise<boolean>
}
type Cost = { memoryKib: number; work: number }
type Readable = Cost & { algorithm: string; verify: StoredHash['verify'] }
type Reader = { pattern: RegExp; read: (found: Record<string, string>, text: string) => Readable | null }

// Limits for imports: concurrent verifications use less than a quarter of the container's memory, and one takes about half a
// second at most (measurements in decision 0014). Work is memory times passes, 2^cost, N*r*p, or rounds.
const affordableMemoryKib = 65_536
const affordableWork: Record<string, number> = {
  argon2: 2 ** 19,
  bcrypt: 2 ** 13,
  scrypt: 2 ** 20,
  'pbkdf2-sha1': 2_000_000,
  'pbkdf2-sha256': 2_000_000,
  'pbkdf2-sha512': 1_000_000,
}

// Limits of the first release. Its users can still sign in, one at a time. Anything above is rejected without trying.
const limits = {
  argon2MemoryKib: 262_144,
  argon2Passes: 12,
  lanes: 16,
  bcryptCost: 15,
  scryptBytes: 2 ** 28,
  rounds: 2_000_000,
}

const isAffordable = ({ algorithm, memoryKib, work }: Readable) =>
  memoryKib <= affordableMemoryKib && work <= (affordableWork[algorithm] ?? 0)

// PHC uses base64 without padding; passlib writes '.' for '+'.
const bytesOf = (text = '') => Buffer.from(text.replaceAll('.', '+'), 'base64')
const digestLengths: Record<string, number> = { sha1: 20, sha256: 32, sha512: 64 }

const readers: Reader[] = [
  {
    pattern:
      /^\$argon2(?:id|i|d)\$v=19\$m=(?<m>\d{1,7}),t=(?<t>\d{1,3}),p=(?<p>\d{1,3})\$[\w+/]{11,86}\$[\w+/]{16,172}$/,
    read: ({ m, t, p }, text) => {
      const memoryKib = Number(m)
      if (memoryKib > limits.argon2MemoryKib || Number(t) > limits.argon2Passes || Number(p) > limits.lanes) return null
      const work = memoryKib * Number(t)
      return { algorithm: 'argon2', memoryKib, work, verify: (password) => verifyArgon2(text, password) }
    },
  },
  {
    pattern: /^\$2[aby]\$(?<cost>\d\d)\$[./\w]{53}$/,
    read: ({ cost }, text) => {
      if (Number(cost) < 4 || Number(cost) > limits.bcryptCost) return null
      return {
        algorithm: 'bcrypt',
        memoryKib: 4,
        work: 2 ** Number(cost),
        verify: (password) => verifyBcrypt(password, text),
      }
    },
  },
  {
    pattern:
      /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,2}),p=(?<p>\d{1,2})\$(?<salt>[\w+/.]{8,172})\$(?<hash>[\w+/.]{22,172})$/,
    read: ({ ln, r, p, salt, hash }) => {
      const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 2 * limits.scryptBytes }
      if (Number(ln) < 1 || cost.r < 1 || cost.p < 1 || cost.p > limits.lanes) return null
      if (128 * cost.N * cost.r > limits.scryptBytes) return null
      const expected = bytesOf(hash)
      return {
        algorithm: 'scrypt',
        memoryKib: (128 * cost.N * cost.r) / 1024,
        work: cost.N * cost.r * cost.p,
        verify: async (password) =>
          timingSafeEqual(await scryptAsync(password, bytesOf(salt), expected.length, cost), expected),
      }
    },
  },
  {
    // PHC writes `i=600000,l=32`, passlib the bare number of rounds.
    pattern:
      /^\$pbkdf2(?:-(?<digest>sha1|sha256|sha512))?\$(?:i=)?(?<rounds>\d{1,8})(?:,l=\d{1,3})?\$(?<salt>[\w+/.]{8,172})\$(?<hash>[\w+/.]{22,172})$/,
    read: ({ digest = 'sha1', rounds, salt, hash }) => {
      const expected = bytesOf(hash)
      if (Number(rounds) < 1 || Number(rounds) > limits.rounds) return null
      if (expected.length < 16 || expected.length > (digestLengths[digest] ?? 0)) return null
      return {
        algorithm: `pbkdf2-${digest}`,
        memoryKib: 0,
        work: Number(rounds),
        verify: async (password) =>
          timingSafeEqual(
            await pbkdf2Async(password, bytesOf(salt), Number(rounds), expected.length, digest),
            expected,
          ),
      }
    },
  },
]

// Everything except salt and hash. The database function `foreign_hash_kind` has the same rule.
const kindOf = (text: string) => (text.startsWith('$2') ? text.slice(0, 6) : text.split('$').slice(0, -2).join('$'))

/**
 * Parses a hash in PHC or modular crypt format: Argon2 (RFC 9106), bcrypt, scrypt (RFC 7914), PBKDF2 (RFC 8018).
 * @returns null for any other or malformed hash, and for one beyond the limits
 */
export const readStoredHash = (text: string): StoredHash | null => {
  for (const { pattern, read } of readers) {
    const found = pattern.exec(text)?.groups
    if (!found) continue
    const readable = read(found, text)
    if (!readable) return null
    const { algorithm, work, verify } = readable
    return { algorithm, work, verify, kind: kindOf(text), isAffordable: isAffordable(readable) }
  }
  return null
}

/** A hash of this kind that matches no password, to measure the kind. Null if the kind is unknown. */
export const sampleOfKind = (kind: string): StoredHash | null =>
  readStoredHash(kind.startsWith('$2') ? `${kind}$${'a'.repeat(53)}` : `${kind}$${'A'.repeat(22)}$${'A'.repeat(22)}`)
