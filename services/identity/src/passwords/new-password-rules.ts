import { AppError } from '@gatehouse/service'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** Who is to have the password. */
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

// So many guesses take an attacker years at the pace of the login throttle. Without what stands between them words run
// together, and look easier than they are.
const leastGuesses = { asTyped: 1_000_000, lettersAlone: 100_000 }
// The estimate takes time with the square of the length, so it sees pieces, and no more of them than that.
const pieceLength = 16
const mostPieces = 4
// Spellings like `p4$$w0rd` that are tried; more of them make a password no weaker, and the estimate several times slower.
const l33tMaxSubstitutions = 8
const shortestWord = 3

const plainOf = (text: string) => text.normalize('NFKC').toLowerCase()
const wordsOf = (text: string) => plainOf(text).split(/[^\p{L}\p{N}]+/u)

// Also run together, either way round: `adalovelace` is a word to whoever guesses at Ada Lovelace.
const namesIn = (text: string) => {
  const words = wordsOf(text)
  return [...words, words.join(''), words.toReversed().join('')]
}

/** Words that everybody tries at this installation: the product's own, and the names of its host. */
export const contextWordsOf = (issuer: string) => {
  const labels = new URL(issuer).hostname.split('.')
  return ['gatehouse', 'changeme', ...labels, ...labels.map((_, at) => labels.slice(at).join('.'))]
}

const piecesOf = (text: string) => {
  const characters = [...text]
  const count = Math.min(mostPieces, Math.ceil(characters.length / pieceLength))
  return Array.from({ length: count }, (_, at) => characters.slice(at * pieceLength, (at + 1) * pieceLength).join(''))
}

/** @param contextWords what is tried first at this installation besides what is tried everywhere */
export const createNewPasswordRules = (contextWords: string[]) => {
  const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions })
  const common = new Set(dictionary['passwords-common'] as string[])

  const isSoonGuessed = (text: string, words: string[], least: number) =>
    piecesOf(text).every((it) => estimator.check(it, words).guesses < least)

  /**
   * What the shape of a new password does not tell (NIST SP 800-63B §3.1.1.2): that it is not on the lists of common ones,
   * not the username, and not soon guessed from these, from the owner's names and from words of the place.
   * @throws AppError `password_too_common`, `password_like_username`, `password_too_guessable`
   */
  return (password: string, { username, fullName }: Owner) => {
    const plain = plainOf(password)
    if (common.has(plain)) throw tooCommon()
    if (plain === username) throw likeUsername()
    const words = [...contextWords, username, ...namesIn(username), ...namesIn(fullName ?? '')]
    const known = [...new Set(words)].filter((it) => it.length >= shortestWord)
    const typed = password.normalize('NFKC')
    // `change-me` is `changeme` to whoever guesses.
    const letters = typed.replaceAll(/[^\p{L}\p{N}]/gu, '')
    if (isSoonGuessed(typed, known, leastGuesses.asTyped) || isSoonGuessed(letters, known, leastGuesses.lettersAlone)) {
      throw tooGuessable()
    }
  }
}
