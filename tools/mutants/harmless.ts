import type { Mutant } from './make-mutants.ts'

/** `at`: how the line begins; `changes`: from, to. */
type Harmless = { at: string; changes: [string, string][]; because: string }

const nearby = (value: number): [string, string][] => [
  [`${value}`, `${value + 1}`],
  [`${value}`, `${value - 1}`],
]
const orEqual = (left: string, right: string): [string, string][] => [[`${left} >= ${right}`, `(${left} > ${right})`]]

const inKeyLifecycle = (at: string, right: string): Harmless => {
  return { at, changes: orEqual('now', right), because: 'A millisecond among minutes.' }
}

/** By file, the mutants that no caller, client or operator can tell from the original. They are not counted. */
export const harmless: Record<string, Harmless[]> = {
  'libs/events/src/event-consumer.ts': [
    {
      at: 'watchChannel(',
      changes: [['watchChannel(channel, reconnect)', ';']],
      because: 'Without a listener an error of the channel ends the connection, which is watched as well.',
    },
  ],
  'libs/service/src/body.ts': [
    {
      at: "throw invalid('repeated_field'",
      changes: nearby(40),
      because: 'How much of a long name a message repeats.',
    },
  ],
  'libs/service/src/problem-handler.ts': [
    { at: 'if (status >= 500)', changes: nearby(500), because: '503 is the only status of a refusal above 499.' },
  ],
  'libs/token-verifier/src/keys/key-set.ts': [
    { at: 'const retry =', changes: nearby(500), because: 'A millisecond of a pause.' },
    {
      at: 'if (keys !== null && now',
      changes: orEqual('now - unknownFetchedAt', 'coolDownMs'),
      because: 'The clock counts parts of a microsecond.',
    },
  ],
  'libs/token-verifier/src/tokens/doorkeeper.ts': [
    { at: 'const slot =', changes: [['0', '1']], because: 'All bytes of a digest are equally random.' },
  ],
  'services/identity/src/keys/key-lifecycle.ts': [
    inKeyLifecycle('if (next &&', 'next.createdAt.getTime() + times.activationDelayMs'),
    inKeyLifecycle('if (!next &&', 'current.changedAt.getTime() + times.rotationMs - times.activationDelayMs'),
    inKeyLifecycle("it.state === 'retiring'", 'it.changedAt.getTime() + times.tokenLifetimeMs + 60_000'),
  ],
  'services/identity/src/passwords/admission.ts': [
    { at: 'const others =', changes: nearby(0), because: 'Who leaves has entered, so there is a count.' },
  ],
  'services/identity/src/passwords/passwords.ts': [
    { at: 'withinMs: 700', changes: nearby(700), because: 'A millisecond of an estimate.' },
  ],
  'services/identity/src/passwords/stored-kinds.ts': [
    { at: 'const measurements =', changes: nearby(4), because: 'One measurement more or less.' },
    {
      at: 'for (let nth = 0; nth < measurements',
      changes: [['nth < measurements', '(nth <= measurements)'], ...nearby(0)],
      because: 'One measurement more or less.',
    },
  ],
  'services/identity/src/sessions/refresh-rule.ts': [
    {
      at: 'const usedAt = stepsBehind',
      changes: [['stepsBehind > 0', '(stepsBehind >= 0)']],
      because: '0 has returned above.',
    },
  ],
  'services/identity/src/sign-in/refresh.ts': [
    {
      at: 'const idleExpiresAt =',
      changes: [['Math.min', 'Math.max']],
      because: 'A session counts by the earlier of both times anyway.',
    },
  ],
  'services/identity/src/throttle/networks-of.ts': [
    { at: 'const [a = 0,', changes: nearby(0), because: 'An IPv6 address has eight groups.' },
  ],
  'services/identity/src/throttle/throttle-rule.ts': [
    {
      at: 'return Array.from({ length: doublings + 1 }',
      changes: [['1', '2']],
      because: 'The last wait holds for all later failures, so listing it twice changes nothing.',
    },
  ],
}

export const isHarmless = (file: string, { text, from, to }: Mutant) =>
  harmless[file]?.some((it) => text.startsWith(it.at) && it.changes.some(([a, b]) => a === from && b === to)) ?? false
