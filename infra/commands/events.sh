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
  # In place of this shell, so that Ctrl-C and every signal reach it.
  exec docker compose --progress quiet --profile tools run --rm --no-TTY --no-deps --quiet-pull events "$@"
}
