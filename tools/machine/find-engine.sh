# Questions only; nothing here changes the machine.
# shellcheck shell=bash

engine_answers() { timeout 10 docker info >/dev/null 2>&1; }
compose_works() { docker compose version >/dev/null 2>&1; }
buildx_works() { docker buildx version >/dev/null 2>&1; }
systemd_runs() { [ -d /run/systemd/system ]; }

# An engine that is there but not for this user: installing a second one would be wrong.
engine_denied() {
  local answer
  answer=$(timeout 10 docker info 2>&1) || true
  grep -qi 'permission denied' <<<"$answer"
}

# process_is PIDFILE NAME: the file's process lives and bears that name. A number left from a killed engine may
# meanwhile belong to anything else.
process_is() {
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]
}
