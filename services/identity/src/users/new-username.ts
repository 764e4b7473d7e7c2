import unhomoglyph from 'unhomoglyph'
import { canonicalUsername } from './username.ts'

// UAX #31 Table 5, recommended scripts: those in everyday use.
const scripts = (
  'Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew ' +
  'Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'
).split(' ')
// UTS #39 §5.2, "highly restrictive": what these languages write together, with Latin.
const together = ['Latin Han Hiragana Katakana', 'Latin Han Bopomofo', 'Latin Han Hangul'].map((it) => it.split(' '))
const writtenIn = (names: string[]) =>
  new RegExp(`^[${names.map((it) => `\\p{Script_Extensions=${it}}`).join('')}\\p{scx=Common}\\p{scx=Inherited}]*$`, 'u')
const writings = [...scripts.map((it) => writtenIn([it])), ...together.map(writtenIn)]

// RFC 8264 §4.2, IdentifierClass: letters, digits and marks of any script, and the printable characters of ASCII. Old
// Hangul letters (§9.9) and characters that are by default invisible (§9.13) are letters by their category alone.
const disallowed =
  /[^\p{L}\p{Nd}\p{M}\x21-\x7e]|[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Me}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thaana}]/u
// RFC 5893 §2, what its rules 1 to 4 leave to check in one script and one kind of digits.
const bidiRule = /^\p{L}(.*[\p{L}\p{Nd}])?\p{M}*$/u
// UTS #39 §5.3; of one script there are two kinds in Arabic alone.
const mixedDigits = [/[0-9]/, /[\u0660-\u0669]/, /[\u06f0-\u06f9]/, /(?![0-9\u0660-\u0669\u06f0-\u06f9])\p{Nd}/u]
// UTS #39 §5.4: a pile of marks hides what is under it, and a doubled one looks like one.
const piledMarks = /(\p{Mn})\1|\p{Mn}{5}/u

const isAscii = (text: string) => /^[\x21-\x7e]*$/.test(text)
/** Whether it reads as plain ASCII although it is not (UTS #39 §4, skeletons): `раура1` in Cyrillic letters. */
const looksLikeAscii = (name: string) => !isAscii(name) && isAscii(unhomoglyph(name.normalize('NFD')))

/**
 * What is wrong with a name for a new account, null when nothing is. After RFC 8265 §3.3 (UsernameCaseMapped) and
 * UTS #39: nobody should be able to read it as another name. Names that exist are not held against it.
 */
export const usernameProblem = (username: string): string | null => {
  const name = canonicalUsername(username)
  if (name === '') return 'must not be empty'
  if (name.length > 150) return 'must have at most 150 characters'
  if (/^\p{M}/u.test(name) || piledMarks.test(name)) return 'must not begin with a mark, or pile up marks'
  if (disallowed.test(name))
    return 'must be letters, digits and plain punctuation, without spaces or invisible characters'
  if (!writings.some((it) => it.test(name))) return 'must not mix letters of several scripts'
  if (mixedDigits.filter((it) => it.test(name)).length > 1) return 'must not mix digits of several scripts'
  if (rightToLeft.test(name) && !bidiRule.test(name)) return 'must read in one direction'
  if (looksLikeAscii(name)) return 'must not look like another name in plain letters'
  return null
}
