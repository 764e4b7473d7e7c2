import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { currentRequest, type Logger } from '@gatehouse/service'
import { hash } from '@node-rs/argon2'
import { createGate, type IsKnown, type StepAside } from './gate.ts'
import { contextWordsOf, createNewPasswordRules } from './new-password-rules.ts'
import { createRefusalTime } from './refusal-time.ts'
import { readStoredHash, type StoredHash } from './stored-hash.ts'
import { createFollowKinds } from './stored-kinds.ts'
import { createWorkQueue, tooBusy } from './work-queue.ts'

/** Cost of Argon2id, the library's default variant (RFC 9106); memory in KiB. */
export type Argon2Cost = { memoryCost: number; timeCost: number; parallelism: number }

/** New passwords are not made of the names in the issuer: they are guessed first at this installation. */
type Config = { argon2: Argon2Cost; issuer: string }

export type Verdict = {
  isRight: boolean
  /** Not looked at, because too many hashes of other kinds are waiting. */
  wasTried: boolean
  /** Whoever is refused now hears `too_busy`: else those who could not be tried would be known by it. */
  isBusy: boolean
}

// Compatibility and look-alikes: the same password typed on two keyboards is one (NIST SP 800-63B §3.1.1.2).
const normal = (password: string) => password.normalize('NFKC')
// Imported hashes were made of the password as it was typed.
const formsOf = (password: string) => [...new Set([normal(password), password])]

// Argon2 runs on libuv's pool, which also resolves names and reads files; of the two threads that stay free for those,
// one verifies hashes of other kinds now and then.
const poolThreads = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
const hashesAtOnce = Math.max(1, Math.min(availableParallelism(), poolThreads - 2))

/**
 * Hashes and verifies, at most one at a time on each core, with about one second of work waiting at the most.
 * Opening measures one hash, which is also the decoy: a hash that no password has, for users that do not exist.
 */
export const openPasswords = async ({ argon2: cost, issuer }: Config, log: Logger) => {
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

  const currentKind = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}`
  const isCurrent = (stored: string) => stored.startsWith(`${currentKind}$`)

  // Hashes of other kinds are dearer, so they wait for each other and leave the queue of our own alone. As short as it is,
  // it holds nobody for much longer than a second.
  const foreign = createWorkQueue({ running: 1, waiting: 2 })
  const refusalTime = createRefusalTime()
  const admitted = new AsyncLocalStorage<StepAside>()

  const matches = async (stored: StoredHash, password: string) => {
    for (const form of formsOf(password)) if (await stored.verify(form)) return true
    return false
  }

  /** Of our own kind: the time of a refusal must not tell that there is something wrong with a hash. */
  const refuseUnreadable = async (password: string, error?: unknown) => {
    log.error({ err: error }, 'a stored password hash is corrupt, unknown or too costly')
    const substitute = readStoredHash(decoy)
    if (substitute) await matches(substitute, password)
    return false
  }

  const verifyInTurn = (stored: string, password: string) => {
    const readable = readStoredHash(stored)
    const who = currentRequest()?.actor
    if (!readable) return queue.run(() => refuseUnreadable(password), who)
    const verify = () => matches(readable, password).catch((error: unknown) => refuseUnreadable(password, error))
    if (isCurrent(stored)) return queue.run(verify, who)
    const stepAside = admitted.getStore()
    const inTurn = () => foreign.run(verify)
    return stepAside ? stepAside(inTurn) : inTurn()
  }

  const judge = async (stored: string, password: string): Promise<Verdict> => {
    const isBusy = foreign.isFull()
    const wasTried = !isBusy || isCurrent(stored) || !readStoredHash(stored)
    return { isRight: wasTried && (await verifyInTurn(stored, password)), wasTried, isBusy }
  }

  return {
    decoy,
    /**
     * Everything around the try of an account's password goes through here, so that one too many is refused before it costs
     * a hash. @throws AppError `too_busy`
     */
    admit: <Result>(account: string, work: () => Promise<Result>, isKnown?: IsKnown) =>
      gate.pass(account, (stepAside) => admitted.run(stepAside, work), isKnown),
    /** @throws AppError `too_busy` */
    hash: (password: string) => queue.run(() => hash(normal(password), cost), currentRequest()?.actor),
    /** A stored hash that cannot be read is a failed login and an alarm. @throws AppError `too_busy` */
    judge,
    /** Where nobody could learn anything by who is turned away. @throws AppError `too_busy` */
    verify: async (stored: string, password: string) => {
      const { isRight, wasTried } = await judge(stored, password)
      if (!wasTried) throw tooBusy()
      return isRight
    },
    /** Begins to measure; `pass` then holds a refusal of this password back until it takes as long as any would. */
    startRefusal: (password: string) => refusalTime.start(formsOf(password).length),
    /** Keeps that time in step with the kinds of hashes that users have. */
    followKinds: (findKinds: () => Promise<string[]>) => {
      const isCurrentKind = (kind: string) => kind === currentKind
      return createFollowKinds({ findKinds, isCurrent: isCurrentKind, inTurn: foreign.run, refusalTime, log })
    },
    /** @throws AppError `password_too_common`, `password_like_username`, `password_too_guessable` */
    checkNew: createNewPasswordRules(contextWordsOf(issuer)),
    /**
     * Whether a hash is to be made anew of the password that it let in: it is of another algorithm, or cost, than new ones
     * are, and vouches for the whole password. bcrypt sees 72 bytes of it; what follows may be wrong.
     */
    isOutdated: (stored: string, password: string) =>
      !isCurrent(stored) && !(stored.startsWith('$2') && formsOf(password).some((it) => Buffer.byteLength(it) > 72)),
  }
}
export type Passwords = Awaited<ReturnType<typeof openPasswords>>
