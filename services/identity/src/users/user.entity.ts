import { EntitySchema } from 'typeorm'
import type { User } from './user.ts'

export const userEntity = new EntitySchema<User>({
  name: 'user',
  tableName: 'users',
  columns: {
    id: { type: 'uuid', primary: true },
    username: { type: 'text', unique: true, collation: 'C' },
    hashedPassword: { type: 'text', name: 'hashed_password' },
    fullName: { type: 'text', name: 'full_name', nullable: true },
    isActive: { type: 'boolean', name: 'is_active', default: true },
    mustChangePassword: { type: 'boolean', name: 'must_change_password', default: false },
    roles: { type: 'text', array: true, default: [] },
    version: { type: 'integer', default: 1 },
    createdAt: { type: 'timestamptz', name: 'created_at', default: () => 'now()' },
    sessionGeneration: { type: 'integer', name: 'session_generation', default: 0 },
    // `deleteDate` hides users that are being deleted from TypeORM's queries.
    deletedAt: { type: 'timestamptz', name: 'deleted_at', nullable: true, deleteDate: true },
    updatedAt: { type: 'timestamptz', name: 'updated_at', default: () => 'now()' },
  },
  // TypeORM cannot describe these indices and must not change them.
  indices: [
    { name: 'users_active_admins', columns: ['roles'], synchronize: false },
    { name: 'users_foreign_hashes', columns: ['hashedPassword'], synchronize: false },
  ],
  checks: [{ name: 'users_username_not_empty', expression: "username <> ''" }],
})
