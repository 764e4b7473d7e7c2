-- Run once by the image as superuser, on an empty data folder. psql reads the passwords from files, so that they appear in no
-- command line and no environment.
\set owner_password `cat /run/secrets/owner-password`
\set identity_password `cat /run/secrets/identity-password`

-- Owns the database and runs the migrations; no service uses it.
CREATE ROLE gatehouse_owner LOGIN PASSWORD :'owner_password';

-- The role of identity. The migrations grant it access to rows, not to table definitions. The service sets shorter limits itself;
-- these apply where it does not.
CREATE ROLE gatehouse_identity LOGIN PASSWORD :'identity_password' CONNECTION LIMIT 90;
ALTER ROLE gatehouse_identity SET statement_timeout = '10s';
ALTER ROLE gatehouse_identity SET lock_timeout = '5s';
ALTER ROLE gatehouse_identity SET idle_in_transaction_session_timeout = '10s';

CREATE DATABASE gatehouse OWNER gatehouse_owner;
REVOKE ALL ON DATABASE gatehouse FROM PUBLIC;
GRANT CONNECT ON DATABASE gatehouse TO gatehouse_identity;
