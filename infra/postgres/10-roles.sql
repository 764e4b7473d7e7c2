-- Run once by the image, on an empty data folder, as superuser. The passwords come from files, by psql's own backticks,
-- so that they stand in no command line and no environment.
\set owner_password `cat /run/secrets/owner-password`
\set identity_password `cat /run/secrets/identity-password`

-- Owns the database and runs the migrations; the services never sign in as this.
CREATE ROLE gatehouse_owner LOGIN PASSWORD :'owner_password';

-- What identity signs in as. The migrations grant it rows, never tables. The limits are a floor for forgotten ones: the
-- service sets shorter ones itself.
CREATE ROLE gatehouse_identity LOGIN PASSWORD :'identity_password' CONNECTION LIMIT 90;
ALTER ROLE gatehouse_identity SET statement_timeout = '10s';
ALTER ROLE gatehouse_identity SET lock_timeout = '5s';
ALTER ROLE gatehouse_identity SET idle_in_transaction_session_timeout = '10s';

CREATE DATABASE gatehouse OWNER gatehouse_owner;
REVOKE ALL ON DATABASE gatehouse FROM PUBLIC;
GRANT CONNECT ON DATABASE gatehouse TO gatehouse_identity;
