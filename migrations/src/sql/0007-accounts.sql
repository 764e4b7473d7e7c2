-- Passwords that must be changed, ids of deleted users, kinds of stored hashes, and no user without a name.

ALTER TABLE users ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;

-- At most one, since names are unique; nobody ever heard of it, because events and look-ups of it fitted no schema.
UPDATE users SET username = 'unnamed-' || id WHERE username = '';
ALTER TABLE users ADD CONSTRAINT users_username_not_empty CHECK (username <> '') NOT VALID;

-- What is left of a deleted user, so that its id is not given again: versions would begin anew.
CREATE TABLE deleted_users (id uuid PRIMARY KEY, deleted_at timestamptz NOT NULL DEFAULT now());
INSERT INTO deleted_users (id, deleted_at)
SELECT subject::uuid, max(at) FROM audit_log
 WHERE action = 'user.deleted.v1' AND subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
 GROUP BY subject
ON CONFLICT DO NOTHING;
DELETE FROM deleted_users USING users WHERE users.id = deleted_users.id;
-- Also when the last release, which still runs while this one starts, deletes a user.
CREATE FUNCTION keep_deleted_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deleted_users (id) VALUES (OLD.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER users_deleted AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep_deleted_id();
GRANT SELECT, INSERT (id) ON deleted_users TO gatehouse_identity;

-- All of a stored hash but salt and digest: its algorithm and its costs. Null for one as new ones are made.
CREATE FUNCTION foreign_hash_kind(hash text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
  WHEN hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' THEN NULL
  WHEN hash LIKE '$2%' THEN left(hash, 6)
  ELSE substring(hash FROM '^(\$.{1,80})\$[^$]*\$[^$]*$')
END;
-- Small, and empty once all have signed in.
CREATE INDEX users_foreign_hashes ON users (foreign_hash_kind(hashed_password))
  WHERE foreign_hash_kind(hashed_password) IS NOT NULL;
