// None of these crosses a quotation mark, so that a line of JSON stays one; and each looks at a character a bounded number of
// times, since what is logged may be long and somebody else's.
const secrets: [RegExp, string][] = [
  // Name and password of a URL, also where the password holds what it should not.
  [/:\/\/[^\s"]{1,512}@/g, '://***@'],
  // Stored passwords in PHC or modular-crypt form.
  [/\$(?:argon2\w{0,8}|2[abxy]|scrypt|pbkdf2[\w-]{0,16}|bcrypt[\w-]{0,16}|[156y])\$[\w./+=,$-]+/g, '***'],
  // Signed tokens, and our refresh tokens.
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '***'],
  [/\bghr_[\w-]{16,}/g, 'ghr_***'],
  [/\b(basic|bearer) {1,8}[\w.~+/=-]{12,}/gi, '$1 ***'],
]

/** What is known by its looks to let somebody in is left out. A net under the rule that no such thing is logged. */
export const withoutSecrets = (text: string) =>
  secrets.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text)
