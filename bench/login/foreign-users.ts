import pg from 'pg'

// Well-formed hashes with common costs, of no password.
const filler = 'A'.repeat(22)
const kinds: Record<string, string> = {
  'bcrypt 11': `$2b$11$${'a'.repeat(53)}`,
  'Argon2id m=65536,t=3,p=4': `$argon2id$v=19$m=65536,t=3,p=4$${filler}$${filler}`,
  'scrypt ln=14,r=8,p=1': `$scrypt$ln=14,r=8,p=1$${filler}$${filler}`,
  'PBKDF2 SHA-256 600000': `$pbkdf2-sha256$600000$${filler}$${filler}`,
}

export const foreignKinds = Object.keys(kinds)
export const foreignUsernameOf = (kind: number, nth: number) => `foreign-${kind}-${String(nth).padStart(5, '0')}`

/** Inserts this many users with each kind of imported hash. */
export const fillForeignUsers = async (ownerUrl: string, count: number) => {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    for (const [kind, hash] of Object.values(kinds).entries()) {
      await client.query(
        `INSERT INTO users (id, username, hashed_password)
         SELECT gen_random_uuid(), 'foreign-' || $1::text || '-' || lpad(n::text, 5, '0'), $2
           FROM generate_series(0, $3::int - 1) AS n`,
        [kind, hash, count],
      )
    }
  } finally {
    await client.end()
  }
}
