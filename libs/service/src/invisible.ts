// Control and format characters (bidirectional marks, zero-width characters), line separators and other invisible characters.
// Line feeds are kept: they end log lines, and JSON has already escaped those within a text.
const invisible = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const escaped = (character: string) =>
  Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)

/**
 * Escapes invisible characters, and those that would move the cursor of a terminal or reverse adjacent text. It uses JSON
 * escapes, so that a JSON text keeps its meaning.
 */
export const escapeInvisible = (text: string) => text.replace(invisible, (character) => escaped(character).join(''))

/** The text on one line, without characters that are invisible, move the cursor or reverse the text. */
export const printable = (text: string) => escapeInvisible(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '))
