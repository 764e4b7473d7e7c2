import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { currentRequest, type Logger } from '@gatehouse/service'
import { hash } from '@node-rs/argon2'
import { createAdmission, type IsKnown, type RunOutside } from './admission.ts'
import { contextWordsOf, createNewPasswordRules } from './new-password-rules.ts'
import { createRefusalTime } from './refusal-time.ts'
import { readStoredHash, type StoredHash } from './stored-hash.ts'
import { createKindUpdate } from './stored-kinds.ts'
import { createWorkQueue, tooBusy } from './work-queue.ts'

/** Cost of Argon2id (RFC 9106); memory in KiB. */
export type Argon2Cost = { memoryCost: number; timeCost: number; parallelism: number }

/** Host names in `issuer` are obvious guesses, so new passwords must not be based on them. */
type Config = { argon2: Argon2Cost; issuer: string }

export type Verdict = {
  isRight: boolean
  /** False if the password was not checked, because too many imported hashes are queued. */
  wasTried: boolean
  /** Refuse with `too_busy`, whatever the reason: otherwise `too_busy` would reveal accounts with imported hashes. */
  isBusy: boolean
}

// The same password typed on two keyboards may differ in its code points (NIST SP 800-63B §3.1.1.2).
const normalized = (password: string) => password.normalize('NFKC')
// Imported hashes may be of the password as typed.
const formsOf = (password: string) => [...new Set([normalized(password), password])]

// Argon2 runs on libuv's thread pool, which also resolves names and reads files. Two threads are kept free for that; one of
// them may verify an imported hash.
const poolThreads = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
const hashesAtOnce = Math.max(1, Math.min(availableParallelism(), poolThreads - 2))

/**
 * Hashes and verifies passwords, at most one per core at a time, with at most about one second of queued work. Opening
 * measures one hash. It is also the decoy for users that do not exist: no password has this hash.
 */
export const openPasswords = async ({ argon2: cost, issuer }: Config, log: Logger) => {
  // The first hash of a process is several times slower, and would be a bad estimate.
  await hash('warm-up', cost)
  const startedAt = performance.now()
  const decoy = await hash(randomBytes(32).toString('hex'), cost)
  const msPerHash = performance.now() - startedAt
  const waiting = Math.max(1, Math.round((1000 / msPerHash) * hashesAtOnce))
  const queue = createWorkQueue({ running: hashesAtOnce, waiting })
  const admission = createAdmission({
    // With the work before and after it a client waits about a second.
    withinMs: 700,
    initialMs: msPerHash / hashesAtOnce,
    minConcurrent: 2 * hashesAtOnce,
    refusalDelayMs: 500,
    maxDelayedRefusals: 1_000,
  })
  log.info({ ms_per_hash: Math.round(msPerHash), hashes_at_once: hashesAtOnce, may_wait: waiting }, 'passwords ready')

  const currentKind = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}`
  const isCurrent = (stored: string) => stored.startsWith(`${currentKind}$`)

  // Imported hashes cost more, so they have their own queue. It is so short that nobody waits much longer than a second.
  const foreign = createWorkQueue({ running: 1, waiting: 2 })
  const refusalTime = createRefusalTime()
  const admitted = new AsyncLocalStorage<RunOutside>()

  const matches = async (stored: StoredHash, password: string) => {
    for (const form of formsOf(password)) if (await stored.verify(form)) return true
    return false
  }

  /** Verifies against the decoy, so that the time of the refusal does not reveal an invalid hash. */
  const refuseUnreadable = async (password: string, error?: unknown) => {
    log.error({ err: error }, 'a stored password hash is corrupt, unknown or too costly')
    const substitute = readStoredHash(decoy)
    if (substitute) await matches(substitute, password)
    return false
  }

  const verifyQueued = (stored: string, password: string) => {
    const readable = readStoredHash(stored)
    const requester = currentRequest()?.actor
    if (!readable) return queue.run(() => refuseUnreadable(password), requester)
    const verify = () => matches(readable, password).catch((error: unknown) => refuseUnreadable(password, error))
    if (isCurrent(stored)) return queue.run(verify, requester)
    const runOutside = admitted.getStore()
    const inQueue = () => foreign.run(verify)
    return runOutside ? runOutside(inQueue) : inQueue()
  }

  const check = async (stored: string, password: string): Promise<Verdict> => {
    const isBusy = foreign.isFull()
    const wasTried = !isBusy || isCurrent(stored) || !readStoredHash(stored)
    return { isRight: wasTried && (await verifyQueued(stored, password)), wasTried, isBusy }
  }

  return {
    decoy,
    /**
     * Runs an attempt at an account's password if there is capacity, so that an excess attempt is refused before it costs a
     * hash.
     * @throws AppError `too_busy`
     */
    admit: <Result>(account: string, work: () => Promise<Result>, isKnown?: IsKnown) =>
      admission.run(account, (runOutside) => admitted.run(runOutside, work), isKnown),
    /** @throws AppError `too_busy` */
    hash: (password: string) => queue.run(() => hash(normalized(password), cost), currentRequest()?.actor),
    /** Checks a password against a stored hash. An unreadable hash never matches, and is logged. @throws AppError `too_busy` */
    check,
    /** As `check`, where a `too_busy` reveals nothing to an attacker. @throws AppError `too_busy` */
    verify: async (stored: string, password: string) => {
      const { isRight, wasTried } = await check(stored, password)
      if (!wasTried) throw tooBusy()
      return isRight
    },
    /** Starts a timer; its `wait` delays the refusal of this password until any other refusal would be sent. */
    startRefusal: (password: string) => refusalTime.start(formsOf(password).length),
    /** Adjusts that time to the kinds of stored hashes. */
    updateKinds: (findKinds: () => Promise<string[]>) => {
      const isCurrentKind = (kind: string) => kind === currentKind
      return createKindUpdate({ findKinds, isCurrent: isCurrentKind, inQueue: foreign.run, refusalTime, log })
    },
    /** @throws AppError `password_too_common`, `password_like_username`, `password_too_guessable` */
    checkNew: createNewPasswordRules(contextWordsOf(issuer)),
    /**
     * Whether to replace a hash after a successful sign-in: its algorithm or cost is not the current one. Not if bcrypt has
     * checked only the first 72 bytes of the password: the rest may be wrong.
     */
    isOutdated: (stored: string, password: string) =>
      !isCurrent(stored) && !(stored.startsWith('$2') && formsOf(password).some((it) => Buffer.byteLength(it) > 72)),
  }
}
export type Passwords = Awaited<ReturnType<typeof openPasswords>>
