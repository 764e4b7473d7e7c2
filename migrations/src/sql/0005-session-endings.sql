-- All sessions of a user end at once, by a generation; their rows follow in batches (decision 0011).

ALTER TABLE users
  ADD COLUMN session_generation integer NOT NULL DEFAULT 0,
  ADD COLUMN deleted_at timestamptz;

-- Existing sessions and users have generation 0. New sessions must state theirs, so the default is dropped.
ALTER TABLE sessions ADD COLUMN generation integer NOT NULL DEFAULT 0;
ALTER TABLE sessions ALTER COLUMN generation DROP DEFAULT;
-- The service states the generation. The trigger is for sessions from a service of the previous release that runs during
-- the upgrade.
CREATE FUNCTION give_session_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.generation := coalesce((SELECT session_generation FROM users WHERE id = NEW.user_id), 0);
  RETURN NEW;
END $$;
CREATE TRIGGER session_started BEFORE INSERT ON sessions FOR EACH ROW
  WHEN (NEW.generation IS NULL) EXECUTE FUNCTION give_session_generation();

-- By age, because ids are ordered by time. Replaces sessions_live_of_user, which the next release drops.
CREATE INDEX sessions_live_of_user_by_age ON sessions (user_id, id) WHERE revoked_at IS NULL;
-- For deleting a user: all sessions, including ended ones.
CREATE INDEX sessions_of_user ON sessions (user_id);
-- For deleting a user: events with personal data.
CREATE INDEX outbox_personal ON outbox (aggregate_id)
  WHERE type LIKE 'user.%' OR type LIKE 'login.%' OR type = 'session.refresh_repeated.v1';

-- Endings that are in effect, but whose sessions do not all have their events yet. With the request context, for the
-- security log.
CREATE TABLE session_endings (
  seq bigserial PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  generation integer NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  address text,
  request_id text NOT NULL,
  traceparent text NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, generation)
);
GRANT SELECT, INSERT, DELETE ON session_endings TO gatehouse_identity;
GRANT USAGE ON SEQUENCE session_endings_seq_seq TO gatehouse_identity;
