/**
 * The form in which usernames are stored and compared: NFKC, lower case, trimmed. `Ada`, `ada` and their full-width forms are
 * the same account, so that they cannot impersonate each other.
 */
export const canonicalUsername = (username: string) => username.normalize('NFKC').toLowerCase().trim()
