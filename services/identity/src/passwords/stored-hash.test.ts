import { describe, expect, it } from 'vitest'
import { foreignHashes } from './stored-hash.samples.ts'
import { readStoredHash } from './stored-hash.ts'

describe('readStoredHash', () => {
  it.each([
    ['nothing', ''],
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
  ])('refuses %s', (_what, text) => {
    expect(readStoredHash(text)).toBeNull()
  })

  it.each(foreignHashes)('verifies %s', async (_what, text) => {
    const stored = readStoredHash(text)
    expect(await stored?.verify('correct horse')).toBe(true)
    expect(await stored?.verify('battery staple')).toBe(false)
  })
})
