import unhomoglyph from 'unhomoglyph'
import { canonicalUsername } from './username.ts'

// Recommended recommendedScripts (UAX #31, Table 5).
const recommendedScripts = (
  'Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew ' +
  'Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'
).split(' ')
// Scripts that may be mixed with each other and with Latin (UTS #39 §5.2, "highly restrictive").
const mixable = ['Latin Han Hiragana Katakana', 'Latin Han Bopomofo', 'Latin Han Hangul'].map((it) => it.split(' '))
const onlyScripts = (names: string[]) =>
  new RegExp(`^[${names.map((it) => `\\p{Script_Extensions=${it}}`).join('')}\\p{scx=Common}\\p{scx=Inherited}]*$`, 'u')
const allowedScripts = [...recommendedScripts.map((it) => onlyScripts([it])), ...mixable.map(onlyScripts)]

// RFC 8264 §4.2, IdentifierClass: letters, digits and marks of any script, and printable ASCII. Excluded although their
// category is that of letters: old Hangul (§9.9) and default-ignorable characters (§9.13).
const disallowed =
  /[^\p{L}\p{Nd}\p{M}\x21-\x7e]|[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Me}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thaana}]/u
// RFC 5893 §2: what is left of rules 1 to 4 with one script and one kind of digits.
const bidiRule = /^\p{L}(.*[\p{L}\p{Nd}])?\p{M}*$/u
// Mixed numbers (UTS #39 §5.3). Only Arabic has two kinds of digits in one script.
const mixedDigits = [/[0-9]/, /[\u0660-\u0669]/, /[\u06f0-\u06f9]/, /(?![0-9\u0660-\u0669\u06f0-\u06f9])\p{Nd}/u]
// UTS #39 §5.4: stacked marks hide the base character, and a doubled mark looks like a single one.
const piledMarks = /(\p{Mn})\1|\p{Mn}{5}/u

const isAscii = (text: string) => /^[\x21-\x7e]*$/.test(text)
/** Whether a name that is not ASCII looks like one that is (UTS #39 §4, skeletons): `раура1` in Cyrillic letters. */
const looksLikeAscii = (name: string) => !isAscii(name) && isAscii(unhomoglyph(name.normalize('NFD')))

/**
 * The problem of a username for a new account, or null. Follows RFC 8265 §3.3 (UsernameCaseMapped) and UTS #39: it must not be
 * mistaken for another name. Existing usernames are not considered.
 */
export const usernameProblem = (username: string): string | null => {
  const name = canonicalUsername(username)
  if (name === '') return 'must not be empty'
  if (name.length > 150) return 'must have at most 150 characters'
  if (/^\p{M}/u.test(name) || piledMarks.test(name))
    return 'must not begin with a combining mark or stack combining marks'
  if (disallowed.test(name))
    return 'must consist of letters, digits and ASCII punctuation, without spaces or invisible characters'
  if (!allowedScripts.some((it) => it.test(name))) return 'must not mix recommendedScripts'
  if (mixedDigits.filter((it) => it.test(name)).length > 1) return 'must not mix kinds of digits'
  if (rightToLeft.test(name) && !bidiRule.test(name)) return 'must not mix text directions'
  if (looksLikeAscii(name)) return 'must not look like a name in ASCII letters'
  return null
}
