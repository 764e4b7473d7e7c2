/**
 * The one form in which a username is stored and looked for: NFKC, lower case, no space around it. So `Ada`, `ada` and
 * full-width letters are one account and cannot impersonate each other.
 */
export const canonicalUsername = (username: string) => username.normalize('NFKC').toLowerCase().trim()
