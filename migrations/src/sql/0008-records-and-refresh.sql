-- Counts of repeated refreshes; and the service's role may write only what is its own to say of events and audit lines.

ALTER TABLE sessions
  ADD COLUMN late_repeats integer NOT NULL DEFAULT 0,
  ADD COLUMN late_repeats_counter integer NOT NULL DEFAULT 0,
  ADD COLUMN noted_repeat_counter integer NOT NULL DEFAULT 0;

-- When a line was written, and where it stands, the database says: nobody can date one back, or take a number ahead
-- at which the sequence would fail one day.
REVOKE INSERT ON audit_log FROM gatehouse_identity;
GRANT INSERT (actor, action, subject, address, request_id, detail) ON audit_log TO gatehouse_identity;

-- What an event says is never changed once it is written; the relay notes that and where it was sent.
REVOKE INSERT, UPDATE ON outbox FROM gatehouse_identity;
GRANT INSERT (id, aggregate_id, type, payload), UPDATE (sent_at, position) ON outbox TO gatehouse_identity;
