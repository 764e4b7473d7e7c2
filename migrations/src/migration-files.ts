import { readdirSync, readFileSync } from 'node:fs'

export type MigrationFile = { file: string; recordedAs: string; sql: string }

// Added to the number of a file, because TypeORM sorts migrations by a timestamp in ms at the end of their names.
const firstTime = 1_764_000_000_000

const fileName = /^(?<number>\d{4})-(?<words>[a-z]+(?:-[a-z]+)*)\.sql$/

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/** `0004-session-expiry.sql` is recorded in the database as `SessionExpiry1764000000004`. */
const recordedName = (file: string, at: number) => {
  const { number, words } = fileName.exec(file)?.groups ?? {}
  if (Number(number) !== at + 1 || words === undefined) {
    const next = String(at + 1).padStart(4, '0')
    throw new Error(
      `The migration ${file} must have a name like ${next}-add-something.sql: ${next} is the next number.`,
    )
  }
  return words.split('-').map(capitalized).join('') + (firstTime + Number(number))
}

/** All migrations of a folder, oldest first. @throws Error if a name is invalid, or a number is missing or duplicate */
export const readMigrations = (folder: URL): MigrationFile[] =>
  readdirSync(folder)
    .sort()
    .map((file, at) => ({
      file,
      recordedAs: recordedName(file, at),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }))
