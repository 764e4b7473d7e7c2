import { EntitySchema } from 'typeorm'
import type { User } from '../users/user.ts'
import type { Session } from './session.ts'

/** `user` is only for joins. */
export const sessionEntity = new EntitySchema<Session & { user: User }>({
  name: 'session',
  tableName: 'sessions',
  columns: {
    id: { type: 'uuid', primary: true },
    userId: { type: 'uuid', name: 'user_id' },
    generation: { type: 'integer' },
    clientId: { type: 'text', name: 'client_id' },
    createdAt: { type: 'timestamptz', name: 'created_at', default: () => 'now()' },
    expiresAt: { type: 'timestamptz', name: 'expires_at' },
    revokedAt: { type: 'timestamptz', name: 'revoked_at', nullable: true },
    idleExpiresAt: { type: 'timestamptz', name: 'idle_expires_at' },
    lastSeenAt: { type: 'timestamptz', name: 'last_seen_at', default: () => 'now()' },
    device: { type: 'text', nullable: true },
    address: { type: 'text', nullable: true },
    refreshCounter: { type: 'integer', name: 'refresh_counter', default: 0 },
    recentRotations: { type: 'timestamptz', array: true, name: 'recent_rotations', default: [] },
    lateRepeats: { type: 'integer', name: 'late_repeats', default: 0 },
    lateRepeatsCounter: { type: 'integer', name: 'late_repeats_counter', default: 0 },
    notedRepeatCounter: { type: 'integer', name: 'noted_repeat_counter', default: 0 },
  },
  relations: {
    user: {
      type: 'many-to-one',
      target: 'user',
      joinColumn: { name: 'user_id', foreignKeyConstraintName: 'sessions_user_id_fkey' },
      onDelete: 'CASCADE',
    },
  },
  indices: [
    { name: 'sessions_live_of_user', columns: ['userId'], where: 'revoked_at IS NULL' },
    { name: 'sessions_live_of_user_by_age', columns: ['userId', 'id'], where: 'revoked_at IS NULL' },
    { name: 'sessions_of_user', columns: ['userId'] },
    // Also has an expression, which only the migration can define.
    { name: 'sessions_known_networks', columns: ['userId', 'lastSeenAt'], synchronize: false },
    { name: 'sessions_ended', columns: ['revokedAt'], where: 'revoked_at IS NOT NULL' },
  ],
})
