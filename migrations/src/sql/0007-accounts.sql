-- Passwords that must be changed, ids of deleted users, kinds of stored hashes, no empty usernames.

ALTER TABLE users ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;

-- At most one user, since usernames are unique. Its events and look-ups were invalid, so no client knows it.
UPDATE users SET username = 'unnamed-' || id WHERE username = '';
ALTER TABLE users ADD CONSTRAINT users_username_not_empty CHECK (username <> '') NOT VALID;

-- Ids of deleted users must not be reused, because versions would start over.
CREATE TABLE deleted_users (id uuid PRIMARY KEY, deleted_at timestamptz NOT NULL DEFAULT now());
INSERT INTO deleted_users (id, deleted_at)
SELECT subject::uuid, max(at) FROM audit_log
 WHERE action = 'user.deleted.v1' AND subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
 GROUP BY subject
ON CONFLICT DO NOTHING;
DELETE FROM deleted_users USING users WHERE users.id = deleted_users.id;
-- A trigger, so that it also works for a service of the previous release that runs during the upgrade.
CREATE FUNCTION keep_deleted_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deleted_users (id) VALUES (OLD.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER users_deleted AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep_deleted_id();
GRANT SELECT, INSERT (id) ON deleted_users TO gatehouse_identity;

-- Algorithm and costs of a stored hash: everything except salt and digest. Null for the kind of new hashes.
CREATE FUNCTION foreign_hash_kind(hash text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
  WHEN hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' THEN NULL
  WHEN hash LIKE '$2%' THEN left(hash, 6)
  ELSE substring(hash FROM '^(\$.{1,80})\$[^$]*\$[^$]*$')
END;
-- Small, and empty once all imported users have signed in.
CREATE INDEX users_foreign_hashes ON users (foreign_hash_kind(hashed_password))
  WHERE foreign_hash_kind(hashed_password) IS NOT NULL;
