import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { currentRequest, type Logger } from '@gatehouse/service'
import { hash } from '@node-rs/argon2'
import { createGate } from './gate.ts'
import { createNewPasswordRules } from './new-password-rules.ts'
import { readStoredHash } from './stored-hash.ts'
import { createWorkQueue } from './work-queue.ts'

/** Cost of Argon2id, the library's default variant (RFC 9106); memory in KiB. */
export type Argon2Cost = { memoryCost: number; timeCost: number; parallelism: number }

type Options = {
  cost: Argon2Cost
  /** What is guessed first at this installation: new passwords are not made of it. */
  contextWords: string[]
}

// Compatibility and look-alikes: the same password typed on two keyboards is one (NIST SP 800-63B §3.1.1.2).
const normal = (password: string) => password.normalize('NFKC')
// Imported hashes were made of the password as it was typed.
const formsOf = (password: string) => [...new Set([normal(password), password])]

// Argon2 runs on libuv's pool, which also resolves names and reads files; two threads stay free for those.
const poolThreads = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
const hashesAtOnce = Math.max(1, Math.min(availableParallelism(), poolThreads - 2))

/**
 * Hashes and verifies, at most one at a time on each core, with about one second of work waiting at the most.
 * Opening measures one hash, which is also the decoy: a hash that no password has, for users that do not exist.
 */
export const openPasswords = async ({ cost, contextWords }: Options, log: Logger) => {
  // The first hash of a process takes several times as long, and as a measure would turn the first logins away.
  await hash('warm-up', cost)
  const startedAt = performance.now()
  const decoy = await hash(randomBytes(32).toString('hex'), cost)
  const msPerHash = performance.now() - startedAt
  const waiting = Math.max(1, Math.round((1000 / msPerHash) * hashesAtOnce))
  const queue = createWorkQueue({ running: hashesAtOnce, waiting })
  const gate = createGate({
    // What happens before the gate and after it makes this about a second, as a client sees it.
    withinMs: 700,
    initialMs: msPerHash / hashesAtOnce,
    atLeast: 2 * hashesAtOnce,
    refuseAfterMs: 500,
    heldAtMost: 1_000,
  })
  log.info({ ms_per_hash: Math.round(msPerHash), hashes_at_once: hashesAtOnce, may_wait: waiting }, 'passwords ready')

  const currentForm = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`

  const verifyStored = async (stored: string, password: string) => {
    const readable = readStoredHash(stored)
    if (!readable) {
      log.error({}, 'a stored password hash is corrupt, unknown or too costly')
      return false
    }
    try {
      for (const form of formsOf(password)) if (await readable.verify(form)) return true
      return false
    } catch (error) {
      log.error({ err: error }, 'a stored password hash is corrupt')
      return false
    }
  }

  return {
    decoy,
    waiting: queue.waiting,
    /**
     * Everything around the try of an account's password goes through here, so that one too many is refused before it costs
     * a hash. @throws AppError `too_busy`
     */
    admit: gate.pass,
    /** @throws AppError `too_busy` */
    hash: (password: string) => queue.run(() => hash(normal(password), cost), currentRequest()?.actor),
    /** A stored hash that cannot be read is a failed login and an alarm. @throws AppError `too_busy` */
    verify: (stored: string, password: string) =>
      queue.run(() => verifyStored(stored, password), currentRequest()?.actor),
    /** @throws AppError `password_too_common`, `password_like_username`, `password_too_guessable` */
    checkNew: createNewPasswordRules(contextWords),
    /**
     * Whether a hash is to be made anew of the password that it let in: it is of another algorithm, or cost, than new ones
     * are, and vouches for the whole password. bcrypt sees 72 bytes of it; what follows may be wrong.
     */
    isOutdated: (stored: string, password: string) =>
      !stored.startsWith(currentForm) &&
      !(stored.startsWith('$2') && formsOf(password).some((it) => Buffer.byteLength(it) > 72)),
  }
}
export type Passwords = Awaited<ReturnType<typeof openPasswords>>
