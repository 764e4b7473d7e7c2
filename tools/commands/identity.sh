# shellcheck shell=bash

# What is done to users and keys from a terminal, in a running container of identity and through its use cases.
command_identity() {
  if ! engine_answers || [ -z "$(docker compose ps --status running --quiet identity)" ]; then
    say 'Identity is not running. Start everything with: ./gatehouse up' >&2
    return 1
  fi
  docker compose exec -T identity node services/identity/src/cli.ts "$@"
}
