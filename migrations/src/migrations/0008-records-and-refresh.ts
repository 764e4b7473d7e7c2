import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Counts of repeated refreshes. */
export class RecordsAndRefresh1764000000008 implements MigrationInterface {
  readonly name = 'RecordsAndRefresh1764000000008'

  async up(db: QueryRunner) {
    await db.query(`
      ALTER TABLE sessions
        ADD COLUMN late_repeats integer NOT NULL DEFAULT 0,
        ADD COLUMN late_repeats_counter integer NOT NULL DEFAULT 0,
        ADD COLUMN noted_repeat_counter integer NOT NULL DEFAULT 0;
    `)
  }

  async down() {
    throw new Error('Migrations go forward only.')
  }
}
