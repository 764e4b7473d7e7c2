/** The files whose changes have to be noticed, each with the service tests that can notice them, the likeliest first. */
const identity = (...names: string[]) => names.map((it) => `services/identity/test/${it}.test.ts`)
const gateway = (...names: string[]) => names.map((it) => `services/gateway/test/${it}.test.ts`)
const verifier = (folder: string, ...names: string[]) => names.map((it) => `libs/token-verifier/src/${folder}${it}.ts`)
const of = (folder: string, ...names: string[]) => names.map((it) => `services/identity/src/${folder}/${it}.ts`)

const liveTests = [
  ...gateway('me', 'verify', 'reconnect', 'cold-start'),
  'libs/token-verifier/test/live-revocation.test.ts',
]
const throttleTests = identity('throttle', 'hardening', 'refusals', 'login')
const sessionTests = identity(
  'refresh',
  'sessions',
  'session-endings',
  'session-expiry',
  'session-lookup',
  'deactivate',
)

const groups: [files: string[], tests: string[]][] = [
  [
    verifier('tokens/', 'verify-token', 'bearer', 'doorkeeper', 'verified-tokens'),
    [...gateway('me', 'verify'), ...identity('login', 'sessions')],
  ],
  [verifier('keys/', 'key-set', 'fetch-jwks', 'acceptable-keys'), gateway('keys', 'cold-start')],
  [verifier('', 'authenticate', 'sieve-cache', 'refusal', 'token-error'), gateway('me', 'verify')],
  [verifier('express/', 'require-user'), ['libs/token-verifier/test/live-revocation.test.ts']],
  [
    verifier('sessions/', 'check-session', 'freshness', 'identity-client', 'live-sessions', 'look-up-batcher'),
    liveTests,
  ],
  [verifier('sessions/', 'session-directory', 'session-events'), liveTests],
  [of('sessions', 'refresh-rule', 'end-sessions', 'sessions.repository'), sessionTests],
  [of('sessions', 'act-as'), identity('acting', 'users', 'deactivate')],
  [of('keys', 'key-lifecycle'), identity('jwks')],
  [
    of('outbox', 'sent-rows', 'run-as-leader', 'relay-heartbeat'),
    identity('relay', 'relay-leadership', 'relay-outage'),
  ],
  [of('passwords', 'stored-hash', 'stored-kinds'), identity('foreign-hashes', 'hardening', 'import')],
  [of('passwords', 'admission', 'work-queue', 'passwords'), identity('hardening', 'login', 'throttle', 'own-password')],
  [of('sign-in', 'log-in'), identity('login', 'login-race', 'hardening', 'must-change', 'throttle', 'session-endings')],
  [of('sign-in', 'refresh'), identity('refresh', 'sessions')],
  [of('throttle', 'login-throttle', 'throttle-keys', 'throttle-rule', 'throttle.repository'), throttleTests],
  [of('throttle', 'try-password'), [...throttleTests, ...identity('own-password', 'login-race')]],
  [of('throttle', 'networks-of', 'one-address'), throttleTests],
  [of('http', 'require-service'), identity('service-credentials', 'sessions', 'session-lookup', 'refusals')],
  [of('clients', 'service-credentials'), identity('service-credentials')],
  [of('http', 'authenticate'), identity('sessions', 'users', 'own-password')],
  [of('tokens', 'refresh-tokens'), identity('refresh', 'sessions')],
  [
    ['body', 'if-match', 'problem-handler'].map((it) => `libs/service/src/${it}.ts`),
    ['libs/service/test/bad-input.test.ts', 'libs/service/test/last-errors.test.ts', ...identity('users', 'login')],
  ],
  [
    ['event-consumer', 'read-message'].map((it) => `libs/events/src/${it}.ts`),
    ['event-consumer', 'hostile-peer', 'subscribe', 'replay'].map((it) => `libs/events/test/${it}.test.ts`),
  ],
]

const core = new Map(groups.flatMap(([files, tests]) => files.map((file) => [file, tests] as const)))
export const coreFiles = [...core.keys()]
export const serviceTestsOf = (file: string) => core.get(file) ?? []
