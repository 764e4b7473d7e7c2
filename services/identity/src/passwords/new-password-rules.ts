import { AppError } from '@gatehouse/service'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** The user that gets the password. */
export type Owner = { username: string; fullName: string | null }

const tooCommon = () =>
  new AppError(
    'invalid',
    'password_too_common',
    'This password is on public lists of common passwords. Choose another.',
  )
const likeUsername = () => new AppError('invalid', 'password_like_username', 'The password must not be the username.')
const tooGuessable = () =>
  new AppError(
    'invalid',
    'password_too_guessable',
    'This password is easy to guess: a common word, a name or a date with few additions. Choose another, such as several words.',
  )

// At the rate that the login throttle allows, this many guesses take years. With only letters and digits, words run together
// and the estimate is too low, so the limit is lower.
const minGuesses = { asTyped: 1_000_000, lettersAlone: 100_000 }
// The estimate takes quadratic time, so it sees pieces of the password, and only the first few.
const pieceLength = 16
const maxPieces = 4
// Limits spellings like `p4$$w0rd`: more would slow the estimate down without finding weaker passwords.
const l33tMaxSubstitutions = 8
const minWordLength = 3

const plainOf = (text: string) => text.normalize('NFKC').toLowerCase()
const wordsOf = (text: string) => plainOf(text).split(/[^\p{L}\p{N}]+/u)

// Also concatenated in either order: `adalovelace` is an obvious guess for Ada Lovelace.
const namesIn = (text: string) => {
  const words = wordsOf(text)
  return [...words, words.join(''), words.toReversed().join('')]
}

/** Obvious words for this installation: the product's name, its default password and the host names. */
export const contextWordsOf = (issuer: string) => {
  const labels = new URL(issuer).hostname.split('.')
  return ['gatehouse', 'changeme', ...labels, ...labels.map((_, at) => labels.slice(at).join('.'))]
}

const piecesOf = (text: string) => {
  const characters = [...text]
  const count = Math.min(maxPieces, Math.ceil(characters.length / pieceLength))
  return Array.from({ length: count }, (_, at) => characters.slice(at * pieceLength, (at + 1) * pieceLength).join(''))
}

/** @param contextWords obvious words for this installation */
export const createNewPasswordRules = (contextWords: string[]) => {
  const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions })
  const common = new Set(dictionary['passwords-common'] as string[])

  const isGuessable = (text: string, words: string[], limit: number) =>
    piecesOf(text).every((it) => estimator.check(it, words).guesses < limit)

  /**
   * Checks a new password beyond its length (NIST SP 800-63B §3.1.1.2): it must not be a common password or the username, nor
   * be easily guessed from these, the user's names and words of the installation.
   * @throws AppError `password_too_common`, `password_like_username`, `password_too_guessable`
   */
  return (password: string, { username, fullName }: Owner) => {
    const plain = plainOf(password)
    if (common.has(plain)) throw tooCommon()
    if (plain === username) throw likeUsername()
    const words = [...contextWords, username, ...namesIn(username), ...namesIn(fullName ?? '')]
    const known = [...new Set(words)].filter((it) => it.length >= minWordLength)
    const typed = password.normalize('NFKC')
    // `change-me` is guessed together with `changeme`.
    const letters = typed.replaceAll(/[^\p{L}\p{N}]/gu, '')
    if (isGuessable(typed, known, minGuesses.asTyped) || isGuessable(letters, known, minGuesses.lettersAlone)) {
      throw tooGuessable()
    }
  }
}
