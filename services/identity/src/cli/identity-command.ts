import type { Command, Logger } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { KeyTimes } from '../keys/key-lifecycle.ts'
import type { Keys } from '../keys/keys.ts'
import type { OutboxIn } from '../outbox/outbox.repository.ts'
import type { Argon2Cost } from '../passwords/passwords.ts'

export type Needs = {
  db: DataSource
  outboxIn: OutboxIn
  keys: Keys
  config: { issuer: string; argon2: Argon2Cost; keyTimes: KeyTimes; jwksMaxAgeSeconds: number }
  log: Logger
  /** Prints a message to standard error. */
  say: (line: string) => void
}

export type IdentityCommand = Command<Needs>
