# shellcheck shell=bash

command_logs() {
  if ! engine_answers; then
    say 'The container engine is not running. Start everything with: ./gatehouse up' >&2
    return 1
  fi
  docker compose logs --tail 200 "$@"
}
