# Progress for a person: one line a step, its duration at the end, its log kept.
# shellcheck shell=bash

# Everything a run leaves behind on this machine (logs, chosen images); git-ignored.
state=$root/.gatehouse
logs=$state/log

say() { printf '%s\n' "$*"; }

# complain WHAT HOW-TO-MEND: goes to stderr, so inside a step it lands at the end of the step's log.
complain() { printf '%s\n  mend it with: %s\n' "$1" "$2" >&2; }

step_seconds_since() { awk -v began="$1" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - began }'; }

# step_run LABEL ADVICE COMMAND...: runs the command with its output in a log, shows how long it took and, when it fails,
# the end of that log and the advice. The command runs in the background, so that `set -e` holds inside it (it would be
# off in a condition) and a terminal can show the seconds passing.
step_run() {
  local label=$1 advice=$2 began=$EPOCHREALTIME log pid
  shift 2
  mkdir -p "$logs"
  log=$logs/${label//[^a-z0-9]/-}.log
  (
    set -euo pipefail
    "$@"
  ) >"$log" 2>&1 &
  pid=$!
  # Background jobs of a script ignore Ctrl-C; the step must not go on when the person has left.
  trap 'kill -TERM '"$pid"' 2>/dev/null || true; exit 130' INT TERM
  step_show_passing "$label" "$began" "$pid"
  if wait "$pid"; then
    trap - INT TERM
    printf '  %-14s %6s s  %s\n' "$label" "$(step_seconds_since "$began")" "$(step_last_note "$log")"
    return 0
  fi
  trap - INT TERM
  printf '  %-14s %6s s  FAILED\n\n' "$label" "$(step_seconds_since "$began")"
  tail -n 25 "$log" | sed 's/^/    /'
  printf '\nThe step "%s" failed; its whole log: %s\n%s\n' "$label" "$log" "$advice"
  return 1
}

# A command says what it decided in a line `note: ...`; the last one stands beside the step.
step_note() { printf 'note: %s\n' "$*"; }
step_last_note() { sed -n 's/^note: //p' "$1" | tail -n 1; }

step_show_passing() {
  local label=$1 began=$2 pid=$3
  if [ ! -t 1 ]; then
    printf '  %-14s ...\n' "$label"
    return
  fi
  while kill -0 "$pid" 2>/dev/null; do
    printf '\r  %-14s %6s s ' "$label" "$(step_seconds_since "$began")"
    sleep 0.2
  done
  printf '\r\033[K'
}
