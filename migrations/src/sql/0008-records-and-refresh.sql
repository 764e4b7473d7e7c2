-- Counters of repeated refreshes; the service's role may write only some columns of events and security log.

ALTER TABLE sessions
  ADD COLUMN late_repeats integer NOT NULL DEFAULT 0,
  ADD COLUMN late_repeats_counter integer NOT NULL DEFAULT 0,
  ADD COLUMN noted_repeat_counter integer NOT NULL DEFAULT 0;

-- The database sets time and number of an entry: the service cannot backdate entries, nor use numbers that the sequence
-- would reach later.
REVOKE INSERT ON audit_log FROM gatehouse_identity;
GRANT INSERT (actor, action, subject, address, request_id, detail) ON audit_log TO gatehouse_identity;

-- Events are immutable; the relay only records that they were sent, and their position.
REVOKE INSERT, UPDATE ON outbox FROM gatehouse_identity;
GRANT INSERT (id, aggregate_id, type, payload), UPDATE (sent_at, position) ON outbox TO gatehouse_identity;
