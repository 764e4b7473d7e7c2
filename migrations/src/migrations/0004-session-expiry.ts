import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What the sweep of sessions looks for: those that ran out, and those that ended long ago. */
export class SessionExpiry1764000000004 implements MigrationInterface {
  readonly name = 'SessionExpiry1764000000004'

  async up(db: QueryRunner) {
    await db.query(`
      CREATE INDEX sessions_due ON sessions (least(expires_at, idle_expires_at)) WHERE revoked_at IS NULL;
      CREATE INDEX sessions_ended ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
    `)
  }

  async down() {
    throw new Error('Migrations go forward only.')
  }
}
