// None of these crosses a quotation mark, so that a line of JSON stays one.
const secrets: [RegExp, string][] = [
  // Name and password of a URL, also where the password holds what it should not.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s"]*@/gi, '$1***@'],
  // Stored passwords in PHC or modular-crypt form.
  [/\$(?:argon2\w+|2[abxy]|scrypt|pbkdf2[\w-]*|bcrypt[\w-]*|[156y])\$[\w./+=,$-]+/g, '***'],
  // Signed tokens, and our refresh tokens.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '***'],
  [/\bghr_[\w-]{16,}/g, 'ghr_***'],
  [/\b(basic|bearer) +[\w.~+/=-]{12,}/gi, '$1 ***'],
]

/** What is known by its looks to let somebody in is left out. A net under the rule that no such thing is logged. */
export const withoutSecrets = (text: string) =>
  secrets.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text)
