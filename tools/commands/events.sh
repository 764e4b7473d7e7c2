# shellcheck shell=bash

# What an operator sees of events and does to dead letters, in a container of its own with rights of its own.
command_events() {
  if ! engine_answers || [ -z "$(docker compose ps --status running --quiet rabbitmq)" ]; then
    say 'RabbitMQ is not running. Start everything with: ./gatehouse up' >&2
    return 1
  fi
  # An input that nobody writes and that ends with this process, however it ends: the container learns from it that
  # nobody reads any more. A named pipe opened both ways is one without a process behind it.
  local folder
  folder=$(mktemp -d)
  mkfifo "$folder/input"
  exec <>"$folder/input"
  rm -r "$folder"
  local run=(docker compose --progress quiet run --rm --no-TTY --no-deps --quiet-pull)
  case "${1:-} ${2:-} ${3:-}" in
    'dead redrive '[!-]*)
      events_allow_redrive "$3"
      # By its name alone, so that it stands in no list of processes.
      BROKER_URL=$events_redriver "${run[@]}" -e BROKER_URL -e BROKER_PASSWORD_FILE= events "$@"
      ;;
    # In place of this shell, so that Ctrl-C and every signal reach it.
    *) exec "${run[@]}" events "$@" ;;
  esac
}

# Letters go back to work through the exchange of their subscriber. Who may write there can also lay forged events before
# it, so nobody has that right for longer than it takes: a user of the broker is made for it.
events_allow_redrive() {
  local queue=$1 name password
  case $queue in
    gatehouse.* | amq.* | *\\*)
      say "\"$queue\" is no queue of a subscriber." >&2
      exit 1
      ;;
  esac
  name=redrive-$(events_random_hex 4) password=$(events_random_hex 16)
  # Expanded now: the function is gone when it runs.
  # shellcheck disable=SC2064
  trap "events_broker_control delete_user $name >/dev/null 2>&1" EXIT
  # Hashed, since it stands in the list of processes there.
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
