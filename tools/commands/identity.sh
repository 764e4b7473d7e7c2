# shellcheck shell=bash

# Manages users and keys, in a running container of identity.
command_identity() {
  if ! engine_answers || [ -z "$(docker compose ps --status running --quiet identity)" ]; then
    say 'Identity is not running. Start everything with: ./gatehouse up' >&2
    return 1
  fi
  docker compose exec -T identity node services/identity/src/cli.ts "$@"
}
