// Control characters, format characters (bidirectional marks, zero widths), line separators, and what else fonts do not draw.
// A line feed is left: it ends a line of the log, and those of a text are escaped before.
const unseen = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const escaped = (character: string) =>
  Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)

/**
 * Makes visible what a reader cannot see, and harmless what would move a terminal's cursor or turn the order of what stands
 * beside it. The escapes are those of JSON, so that a JSON text says the same as before.
 */
export const escapeUnseen = (text: string) => text.replace(unseen, (character) => escaped(character).join(''))

/** On one line, with nothing in it that moves the cursor of whoever reads it, turns its order or is not seen. */
export const printable = (text: string) => escapeUnseen(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))
