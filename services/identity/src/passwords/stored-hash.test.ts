import { describe, expect, it } from 'vitest'
import { foreignHashes } from './stored-hash.samples.ts'
import { readStoredHash, sampleOfKind } from './stored-hash.ts'

describe('readStoredHash', () => {
  it.each([
    ['an empty text', ''],
    ['plain text', 'correct horse'],
    ['an unsalted digest', '5f4dcc3b5aa765d61d8327deb882cf99'],
    [
      'Argon2 with a gigabyte of memory',
      '$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    ],
    [
      'Argon2 with a thousand passes',
      '$argon2id$v=19$m=19456,t=999,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG',
    ],
    ['bcrypt of cost 31', '$2b$31$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'],
    ['scrypt of 2^30', '$scrypt$ln=30,r=8,p=1$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG'],
    ['PBKDF2 of 90 million rounds', '$pbkdf2-sha256$90000000$c29tZXNhbHRzYWx0$RdescudvJCsgt3ub+b+dWRWJTmaaJObG'],
  ])('rejects %s', (_what, text) => {
    expect(readStoredHash(text)).toBeNull()
  })

  it.each([
    ['Argon2 memory', '$argon2id$v=19$m=262145,t=1,p=1'],
    ['Argon2 passes', '$argon2id$v=19$m=4096,t=13,p=1'],
    ['Argon2 lanes', '$argon2id$v=19$m=4096,t=1,p=17'],
    ['bcrypt of too high a cost', '$2b$16'],
    ['bcrypt of too low a cost', '$2b$03'],
    ['scrypt memory', '$scrypt$ln=19,r=8,p=1'],
    ['scrypt lanes', '$scrypt$ln=10,r=8,p=17'],
    ['scrypt without a cost', '$scrypt$ln=0,r=8,p=1'],
    ['scrypt without blocks', '$scrypt$ln=10,r=0,p=1'],
    ['scrypt without lanes', '$scrypt$ln=10,r=8,p=0'],
    ['PBKDF2 without a round', '$pbkdf2-sha256$0'],
    ['PBKDF2 rounds', '$pbkdf2-sha256$2000001'],
  ])('rejects %s beyond what any release accepted', (_what, kind) => {
    expect(sampleOfKind(kind)).toBeNull()
  })

  it('accepts the lowest costs', () => {
    for (const kind of ['$2b$04', '$scrypt$ln=1,r=1,p=1', '$pbkdf2-sha256$1']) {
      expect(sampleOfKind(kind), kind).not.toBeNull()
    }
  })

  it.each(foreignHashes)('rejects %s with surrounding characters', (_what, text) => {
    expect(readStoredHash(`${text}$`)).toBeNull()
    expect(readStoredHash(`${text} `)).toBeNull()
    expect(readStoredHash(` ${text}`)).toBeNull()
  })

  it('rejects a PBKDF2 hash longer than its digest', () => {
    for (const [digest, bytes] of [
      ['', 20],
      ['-sha1', 20],
      ['-sha256', 32],
      ['-sha512', 64],
    ] as const) {
      const ofBytes = (length: number) =>
        readStoredHash(`$pbkdf2${digest}$1000$c29tZXNhbHQ$${Buffer.alloc(length, 1).toString('base64url')}`)
      expect(ofBytes(bytes), digest).not.toBeNull()
      expect(ofBytes(bytes + 1), digest).toBeNull()
    }
  })

  it.each(foreignHashes)('verifies %s', async (_what, text) => {
    const stored = readStoredHash(text)
    expect(await stored?.verify('correct horse')).toBe(true)
    expect(await stored?.verify('battery staple')).toBe(false)
  })

  const of = (kind: string) => sampleOfKind(kind)?.isAffordable

  it.each([
    ['Argon2 with default costs of its libraries', '$argon2id$v=19$m=65536,t=3,p=4', '$argon2id$v=19$m=262144,t=3,p=1'],
    ['Argon2 passes for their memory', '$argon2id$v=19$m=65536,t=8,p=1', '$argon2id$v=19$m=65536,t=9,p=1'],
    ['bcrypt', '$2b$13', '$2b$14'],
    ['scrypt memory', '$scrypt$ln=16,r=8,p=1', '$scrypt$ln=17,r=8,p=1'],
    ['scrypt as one product', '$scrypt$ln=14,r=8,p=8', '$scrypt$ln=14,r=8,p=9'],
    ['PBKDF2 with SHA-256', '$pbkdf2-sha256$2000000', '$pbkdf2-sha256$2000001'],
    ['PBKDF2 with SHA-512', '$pbkdf2-sha512$i=1000000,l=64', '$pbkdf2-sha512$i=1000001,l=64'],
  ])('limits the cost of %s', (_what, affordable, costly) => {
    expect(of(affordable)).toBe(true)
    expect(of(costly)).not.toBe(true)
  })

  it.each([['$argon2id$v=19$m=262144,t=12,p=16'], ['$2a$15'], ['$scrypt$ln=18,r=8,p=16'], ['$pbkdf2-sha512$2000000']])(
    'still reads %s, which the first release accepted',
    (kind) => {
      expect(of(kind)).toBe(false)
    },
  )

  it.each(foreignHashes)(
    'returns the kind of %s, and a sample of that kind with the same cost',
    async (_what, text) => {
      const stored = readStoredHash(text)
      expect(text.startsWith(stored?.kind ?? 'none')).toBe(true)
      const sample = sampleOfKind(stored?.kind ?? '')
      expect(sample).toMatchObject({ kind: stored?.kind, algorithm: stored?.algorithm, work: stored?.work })
      expect(await sample?.verify('correct horse')).toBe(false)
    },
  )
})
