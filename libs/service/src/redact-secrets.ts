// No pattern matches across a quotation mark, so that a JSON line stays valid. Each takes linear time, because logged text
// may be long and chosen by an attacker.
const secrets: [RegExp, string][] = [
  // User and password of a URL, also if the password contains unescaped characters.
  [/:\/\/[^\s"]{1,512}@/g, '://***@'],
  // Password hashes in PHC or modular crypt format.
  [/\$(?:argon2\w{0,8}|2[abxy]|scrypt|pbkdf2[\w-]{0,16}|bcrypt[\w-]{0,16}|[156y])\$[\w./+=,$-]+/g, '***'],
  // Signed tokens, and our refresh tokens.
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '***'],
  [/\bghr_[\w-]{16,}/g, 'ghr_***'],
  [/\b(basic|bearer) {1,8}[\w.~+/=-]{12,}/gi, '$1 ***'],
]

/** Redacts text that looks like a credential. A safety net: credentials should not be logged in the first place. */
export const redactSecrets = (text: string) =>
  secrets.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text)
