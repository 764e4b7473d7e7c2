# shellcheck shell=bash

command_down() {
  local options=(--remove-orphans)
  case $* in
    '') ;;
    --volumes | -v) options+=(--volumes) ;;
    *)
      printf './gatehouse down takes --volumes or nothing, but got: %s\n' "$*" >&2
      exit 2
      ;;
  esac
  if ! engine_answers || ! engine_has_compose; then
    say 'The container engine is not running, so Gatehouse is stopped already. Its data is unchanged.'
    return
  fi
  step_run down 'List what is left: docker compose ps --all' docker compose --profile '*' down "${options[@]}"
}
