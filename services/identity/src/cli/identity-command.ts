import type { Command, Logger } from '@gatehouse/service'
import type { DataSource } from 'typeorm'
import type { KeyCipher } from '../keys/key-cipher.ts'
import type { KeyTimes } from '../keys/key-lifecycle.ts'
import type { NewEvent } from '../outbox/new-event.ts'
import type { Argon2Cost } from '../passwords/passwords.ts'

export type Needs = {
  db: DataSource
  cipher: KeyCipher
  newEvent: NewEvent
  config: { issuer: string; argon2: Argon2Cost; keyTimes: KeyTimes; jwksMaxAgeSeconds: number }
  log: Logger
  /** Tells progress, apart from the results. */
  say: (line: string) => void
}

export type IdentityCommand = Command<Needs>
