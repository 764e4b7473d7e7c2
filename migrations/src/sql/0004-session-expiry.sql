-- Indexes for the sweep of sessions: expired ones, and those that ended long ago.

CREATE INDEX sessions_due ON sessions (least(expires_at, idle_expires_at)) WHERE revoked_at IS NULL;
CREATE INDEX sessions_ended ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
