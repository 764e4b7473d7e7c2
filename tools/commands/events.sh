# shellcheck shell=bash

# Shows events and requeues dead letters, in its own container and as its own broker user.
command_events() {
  if ! engine_answers || [ -z "$(docker compose ps --status running --quiet rabbitmq)" ]; then
    say 'RabbitMQ is not running. Start everything with: ./gatehouse up' >&2
    return 1
  fi
  # The container's standard input ends with this process, however it ends, which tells the container that its reader has gone.
  # A named pipe opened for reading and writing does this without a second process.
  local folder
  folder=$(mktemp -d)
  mkfifo "$folder/input"
  exec <>"$folder/input"
  rm -r "$folder"
  local run=(docker compose --progress quiet run --rm --no-TTY --no-deps --quiet-pull)
  case "${1:-} ${2:-} ${3:-}" in
    'dead redrive '[!-]*)
      events_allow_redrive "$3"
      # Passed by name, so that the URL appears in no list of processes.
      BROKER_URL=$events_redriver "${run[@]}" -e BROKER_URL -e BROKER_PASSWORD_FILE= events "$@"
      ;;
    # Replaces this shell, so that signals such as Ctrl-C reach it.
    *) exec "${run[@]}" events "$@" ;;
  esac
}

# Dead letters are requeued through the exchange of their subscriber. A user who may write there could also publish forged
# events to it, so a broker user is created for one redrive and deleted afterwards.
events_allow_redrive() {
  local queue=$1 name password
  case $queue in
    gatehouse.* | amq.* | *\\*)
      say "\"$queue\" is not a subscriber's queue." >&2
      exit 1
      ;;
  esac
  name=redrive-$(events_random_hex 4) password=$(events_random_hex 16)
  # Expanded now, because the variables are local to this function.
  # shellcheck disable=SC2064
  trap "events_broker_control delete_user $name >/dev/null 2>&1" EXIT
  # Hashed, because it appears in the container's list of processes.
  events_broker_control add_user "$name" "$(events_broker_hash "$password")" --pre-hashed-password >/dev/null
  events_broker_control set_permissions "$name" '^$' "^\\Q$queue\\E\$" "^\\Q$queue\\E\\.dead\$" >/dev/null
  events_redriver=amqp://$name:$password@rabbitmq:5672
}

events_broker_control() { docker compose exec -T rabbitmq rabbitmqctl --quiet "$@" </dev/null; }
events_random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
events_bytes_of() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }

# RabbitMQ's salted SHA-256: base64 of a 4-byte salt and the digest of salt and password.
events_broker_hash() {
  local salt digest
  salt=$(events_random_hex 4)
  digest=$({ events_bytes_of "$salt" && printf '%s' "$1"; } | sha256sum | cut -c1-64)
  events_bytes_of "$salt$digest" | base64
}
