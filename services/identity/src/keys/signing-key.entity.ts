import type { KeyState, PublicJwk } from '@gatehouse/contracts'
import { EntitySchema } from 'typeorm'

/** A stored signing key. The private key is encrypted, and null once the state is `gone`. */
export type StoredKey = {
  kid: string
  state: KeyState['state']
  publicJwk: PublicJwk
  encryptedPrivateKey: string | null
  version: number
  createdAt: Date
  changedAt: Date
}

export const signingKeyEntity = new EntitySchema<StoredKey>({
  name: 'signing_key',
  tableName: 'signing_keys',
  columns: {
    kid: { type: 'text', primary: true },
    state: { type: 'text' },
    publicJwk: { type: 'jsonb', name: 'public_jwk' },
    encryptedPrivateKey: { type: 'text', name: 'encrypted_private_key', nullable: true },
    version: { type: 'integer', default: 1 },
    createdAt: { type: 'timestamptz', name: 'created_at', default: () => 'now()' },
    changedAt: { type: 'timestamptz', name: 'changed_at', default: () => 'now()' },
  },
  checks: [
    { name: 'signing_keys_state_check', expression: "state IN ('next', 'current', 'retiring', 'gone')" },
    { name: 'signing_keys_check', expression: "state = 'gone' OR encrypted_private_key IS NOT NULL" },
  ],
  indices: [{ name: 'signing_keys_one_current', columns: ['state'], unique: true, where: "state = 'current'" }],
})
