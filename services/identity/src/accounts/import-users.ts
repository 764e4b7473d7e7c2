import { type ImportedUser, type ImportRefusal, importedUser } from '@gatehouse/contracts'
import { Refusal } from '@gatehouse/token-verifier'
import type { DataSource, EntityManager } from 'typeorm'
import { newEvent } from '../outbox/new-event.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import { readStoredHash } from '../passwords/stored-hash.ts'
import { type Actor, actAs } from '../sessions/act-as.ts'
import { newUser } from '../users/new-user.ts'
import { usernameProblem } from '../users/new-username.ts'
import { type User, userStateOf } from '../users/user.ts'
import { usersIn } from '../users/users.repository.ts'

type Needs = { db: DataSource; outboxIn: OutboxIn }
type Row = { line: number; user: User; hasOwnId: boolean }
type Report = (refusal: ImportRefusal) => void | Promise<void>
type Options = { isDryRun: boolean; report: Report; actor: Actor }

/** The importing admin lost the session or the role. Nothing from this line on was imported. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped'
  readonly refusal: Refusal
  readonly line: number
  constructor(refusal: Refusal, line: number) {
    super(refusal.message, { cause: refusal })
    this.refusal = refusal
    this.line = line
  }
}

const batchSize = 500
const idOfDeleted =
  'a user with this id was deleted; subscribers would mistake the new user for the old one. Leave the id out.'

const parse = (text: string): ImportedUser | string => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'the line is not valid JSON'
  }
  const parsed = importedUser.safeParse(json)
  if (parsed.success) return parsed.data
  return parsed.error.issues.map((it) => `${it.path.join('.') || 'line'}: ${it.message}`).join('; ')
}

/** A row to insert, or why it is rejected. The hash is never repeated: it is a secret. */
const readRow = (line: number, text: string): Row | ImportRefusal => {
  const read = parse(text)
  if (typeof read === 'string') return { line, code: 'invalid_row', detail: read }
  const { id, username, hashed_password, full_name, is_active, roles } = read
  const problem = usernameProblem(username)
  // The name is not repeated: it may contain characters that reverse the text around it.
  if (problem !== null) return { line, code: 'invalid_row', detail: `username: ${problem}` }
  if (!readStoredHash(hashed_password)?.isAffordable) {
    const detail =
      'hashed_password must be an Argon2, bcrypt, scrypt or PBKDF2 hash in PHC or modular crypt format, within the cost limits'
    return { line, username, code: 'unknown_hash', detail }
  }
  const user = newUser({ username, fullName: full_name, roles, isActive: is_active }, hashed_password)
  return id === undefined ? { line, user, hasOwnId: false } : { line, user: { ...user, id }, hasOwnId: true }
}

/**
 * Imports users from JSON lines with their existing password hashes, which are replaced at the first sign-in. Rows are
 * inserted in batches and not all held in memory. A rejected row is reported and does not stop the import. Each batch is one
 * transaction, and checks the actor again. @throws ImportStopped
 */
export const createImportUsers = ({ db, outboxIn }: Needs) => {
  // One batch at a time, across all imports of this process: parallel batches would exhaust the connection pool, and could
  // delay the deactivation of the importing admin, which waits for the same row.
  let lastTurn: Promise<unknown> = Promise.resolve()
  const serialized = <Result>(job: () => Promise<Result>): Promise<Result> => {
    const turn = lastTurn.then(job)
    lastTurn = turn.catch(() => undefined)
    return turn
  }

  const insertIn = async (tx: EntityManager, rows: Row[], isDryRun: boolean) => {
    const users = usersIn(tx)
    const candidates = rows.map((it) => it.user)
    const given = rows.filter((it) => it.hasOwnId).map((it) => it.user.id)
    if (isDryRun) return { taken: await users.findUntaken(candidates), deleted: await users.findDeleted(given) }
    const inserted = await users.insertUntaken(candidates)
    const deleted = await users.removeReusedIds(given.filter((id) => inserted.has(id)))
    for (const id of deleted) inserted.delete(id)
    const events = candidates
      .filter((it) => inserted.has(it.id))
      .map((it) => newEvent('user.created.v1', it, { user: userStateOf(it) }))
    await outboxIn(tx).append(...events)
    return { taken: inserted, deleted }
  }
  const insert = (rows: Row[], isDryRun: boolean, actor: Actor) =>
    serialized(() => actAs(db, actor, null, (tx) => insertIn(tx, rows, isDryRun)))

  return async (lines: AsyncIterable<string>, { isDryRun, report, actor }: Options) => {
    const summary = { imported: 0, refused: 0, dry_run: isDryRun }
    const seen = new Set<string>()
    let batch: Row[] = []
    let line = 0

    const refuse = async (refusal: ImportRefusal) => {
      summary.refused += 1
      await report(refusal)
    }
    const flush = async () => {
      const { taken, deleted } = await insert(batch, isDryRun, actor).catch((error: unknown) => {
        throw error instanceof Refusal ? new ImportStopped(error, batch[0]?.line ?? line) : error
      })
      for (const { line, user } of batch) {
        const about = { line, username: user.username }
        if (deleted.has(user.id)) await refuse({ ...about, code: 'id_deleted', detail: idOfDeleted })
        else if (taken.has(user.id)) summary.imported += 1
        else await refuse({ ...about, code: 'username_taken', detail: 'the username or id already exists' })
      }
      batch = []
      seen.clear()
    }

    for await (const text of lines) {
      line += 1
      if (text.trim() === '') continue
      const row = readRow(line, text)
      if ('code' in row) await refuse(row)
      else {
        // With a duplicate in one statement, the database would choose which row to insert, and not the order of the lines.
        if (seen.has(row.user.username) || seen.has(row.user.id)) await flush()
        seen.add(row.user.username).add(row.user.id)
        batch.push(row)
        if (batch.length >= batchSize) await flush()
      }
    }
    if (batch.length > 0) await flush()
    return summary
  }
}
