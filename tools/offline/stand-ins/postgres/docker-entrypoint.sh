#!/bin/bash
# As the entrypoint of the official image, for these settings and no more: POSTGRES_USER, POSTGRES_PASSWORD or
# POSTGRES_PASSWORD_FILE, POSTGRES_DB, POSTGRES_INITDB_ARGS, and *.sh and *.sql in /docker-entrypoint-initdb.d.
set -euo pipefail

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
[ "$1" = postgres ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  chown postgres:postgres "$PGDATA" /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

create_cluster() {
  local user=${POSTGRES_USER:-postgres} password=${POSTGRES_PASSWORD:-}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then password=$(<"$POSTGRES_PASSWORD_FILE"); fi
  if [ -z "$password" ]; then
    echo 'Error: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE to start with an empty data folder.' >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # several arguments in one setting, as in the official image
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"

  # Reached by its socket alone: nobody outside takes the half-made server for the finished one.
  pg_ctl -o "-c listen_addresses=''" -w start
  export PGUSER=$user
  local database=${POSTGRES_DB:-$user}
  if [ "$database" != postgres ]; then
    psql -v ON_ERROR_STOP=1 -d postgres -v name="$database" <<<'CREATE DATABASE :"name"'
  fi
  for script in /docker-entrypoint-initdb.d/*; do
    # shellcheck source=/dev/null
    case $script in
      *.sh) if [ -x "$script" ]; then "$script"; else . "$script"; fi ;;
      *.sql) psql -v ON_ERROR_STOP=1 --no-psqlrc -d "$database" -f "$script" ;;
    esac
  done
  unset PGUSER
  pg_ctl -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then create_cluster; fi
exec "$@"
