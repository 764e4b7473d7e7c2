-- Refresh and device of sessions, pages and search of users, login throttling, the security log.

ALTER TABLE sessions
  ADD COLUMN refresh_counter integer NOT NULL DEFAULT 0,
  ADD COLUMN recent_rotations timestamptz[] NOT NULL DEFAULT '{}',
  ADD COLUMN idle_expires_at timestamptz,
  ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN device text,
  ADD COLUMN address text;
UPDATE sessions SET idle_expires_at = expires_at;
ALTER TABLE sessions ALTER COLUMN idle_expires_at SET NOT NULL;

-- With byte order one index serves equality, keyset pagination and prefix search.
ALTER TABLE users ALTER COLUMN username TYPE text COLLATE "C";
CREATE INDEX users_active_admins ON users USING gin (roles) WHERE is_active;

CREATE TABLE login_throttles (
  key text PRIMARY KEY,
  failures integer NOT NULL,
  blocked_until timestamptz NOT NULL,
  last_failure_at timestamptz NOT NULL
);
CREATE INDEX login_throttles_last_failure ON login_throttles (last_failure_at);

CREATE TABLE audit_log (
  seq bigserial PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text,
  address text,
  request_id text,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_of_subject ON audit_log (subject, seq);

GRANT SELECT, INSERT, UPDATE, DELETE ON login_throttles TO gatehouse_identity;
GRANT USAGE ON SEQUENCE audit_log_seq_seq TO gatehouse_identity;
-- Append-only: the service's role can neither change nor delete entries.
GRANT SELECT, INSERT ON audit_log TO gatehouse_identity;
