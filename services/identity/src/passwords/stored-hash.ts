import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt)
const pbkdf2Async = promisify(pbkdf2)

/** A hash that we can verify, and what the cost of doing so is made of. */
export type StoredHash = { algorithm: string; verify: (password: string) => Promise<boolean> }
type Reader = { pattern: RegExp; read: (found: Record<string, string>, text: string) => StoredHash | null }

// Costs that a stored hash may ask of us. Over them it is refused: one row must not stop the service.
const most = {
  argon2MemoryKib: 262_144,
  argon2Passes: 12,
  lanes: 16,
  bcryptCost: 15,
  scryptBytes: 2 ** 28,
  rounds: 2_000_000,
}

// PHC uses base64 without padding; passlib writes '.' for '+'.
const bytesOf = (text = '') => Buffer.from(text.replaceAll('.', '+'), 'base64')
const digestLengths: Record<string, number> = { sha1: 20, sha256: 32, sha512: 64 }

const readers: Reader[] = [
  {
    pattern:
      /^\$(?<variant>argon2(?:id|i|d))\$v=19\$m=(?<m>\d{1,7}),t=(?<t>\d{1,3}),p=(?<p>\d{1,3})\$[\w+/]{11,86}\$[\w+/]{16,172}$/,
    read: ({ variant = '', m, t, p }, text) => {
      if (Number(m) > most.argon2MemoryKib || Number(t) > most.argon2Passes || Number(p) > most.lanes) return null
      return { algorithm: variant, verify: (password) => verifyArgon2(text, password) }
    },
  },
  {
    pattern: /^\$2[aby]\$(?<cost>\d\d)\$[./\w]{53}$/,
    read: ({ cost }, text) => {
      if (Number(cost) < 4 || Number(cost) > most.bcryptCost) return null
      return { algorithm: 'bcrypt', verify: (password) => verifyBcrypt(password, text) }
    },
  },
  {
    pattern:
      /^\$scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,2}),p=(?<p>\d{1,2})\$(?<salt>[\w+/.]{8,172})\$(?<hash>[\w+/.]{22,172})$/,
    read: ({ ln, r, p, salt, hash }) => {
      const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 2 * most.scryptBytes }
      if (Number(ln) < 1 || cost.r < 1 || cost.p < 1 || cost.p > most.lanes) return null
      if (128 * cost.N * cost.r > most.scryptBytes) return null
      const expected = bytesOf(hash)
      return {
        algorithm: 'scrypt',
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
      if (Number(rounds) < 1 || Number(rounds) > most.rounds) return null
      if (expected.length < 16 || expected.length > (digestLengths[digest] ?? 0)) return null
      return {
        algorithm: `pbkdf2-${digest}`,
        verify: async (password) =>
          timingSafeEqual(
            await pbkdf2Async(password, bytesOf(salt), Number(rounds), expected.length, digest),
            expected,
          ),
      }
    },
  },
]

/**
 * Reads a hash in PHC or modular-crypt form: Argon2 (RFC 9106), bcrypt, scrypt (RFC 7914), PBKDF2 (RFC 8018).
 * @returns null for what is none of these, is ill-formed, or costs more than we allow
 */
export const readStoredHash = (text: string): StoredHash | null => {
  for (const { pattern, read } of readers) {
    const found = pattern.exec(text)?.groups
    if (found) return read(found, text)
  }
  return null
}
