-- Sessions of a user end all at once, however many there are: by a generation, and in batches after it (decision 0011).

ALTER TABLE users
  ADD COLUMN session_generation integer NOT NULL DEFAULT 0,
  ADD COLUMN deleted_at timestamptz;

-- What is there is of generation 0, as its users are. Later there is no default that would be right.
ALTER TABLE sessions ADD COLUMN generation integer NOT NULL DEFAULT 0;
ALTER TABLE sessions ALTER COLUMN generation DROP DEFAULT;
-- The service says which generation a session is of. One of the last release, which still runs while this one starts,
-- does not, and its sessions are to count.
CREATE FUNCTION give_session_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.generation := coalesce((SELECT session_generation FROM users WHERE id = NEW.user_id), 0);
  RETURN NEW;
END $$;
CREATE TRIGGER session_started BEFORE INSERT ON sessions FOR EACH ROW
  WHEN (NEW.generation IS NULL) EXECUTE FUNCTION give_session_generation();

-- In the order of age, since ids are; it serves all that sessions_live_of_user does, which goes with the next release.
CREATE INDEX sessions_live_of_user_by_age ON sessions (user_id, id) WHERE revoked_at IS NULL;
-- Deleting a user looks for all of the user's sessions, also those that have ended.
CREATE INDEX sessions_of_user ON sessions (user_id);
-- And for what names the user in the outbox, among any number of sessions.
CREATE INDEX outbox_personal ON outbox (aggregate_id)
  WHERE type LIKE 'user.%' OR type LIKE 'login.%' OR type = 'session.refresh_repeated.v1';

-- Endings that were decided and count, and whose sessions have not all got their events yet. Who decided is kept for
-- the security log.
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
