# Shows progress: one line per step with its duration, and a log file for each.
# shellcheck shell=bash

# Files of ./gatehouse on this machine (logs, chosen images); git-ignored.
state=$root/.gatehouse
logs=$state/log

say() { printf '%s\n' "$*"; }

# complain WHAT FIX: writes to stderr, which in a step is the end of its log.
complain() { printf '%s\n  fix: %s\n' "$1" "$2" >&2; }

step_seconds_since() { awk -v began="$1" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - began }'; }

# step_run LABEL ADVICE COMMAND...: runs the command with its output in a log and shows how long it took. If it fails, shows the
# end of the log and the advice. The command runs in the background, so that `set -e` works inside it (in a condition it
# would not) and a terminal can show the passing seconds.
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
  # Background jobs ignore Ctrl-C, so the step has to be stopped here.
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
  printf '\nThe step "%s" failed. Log: %s\n%s\n' "$label" "$log" "$advice"
  return 1
}

# The last line `note: ...` of a command is shown beside its step.
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
