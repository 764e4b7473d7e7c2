# Checks the arguments of ./gatehouse commands.
# shellcheck shell=bash

# arguments_none COMMAND ARGUMENT...
arguments_none() {
  if [ "$#" -gt 1 ]; then
    printf './gatehouse %s takes no arguments, but got: %s\n' "$1" "${*:2}" >&2
    exit 2
  fi
}

# arguments_one_folder COMMAND ARGUMENT...
arguments_one_folder() {
  case ${2:-} in
    -*)
      printf './gatehouse %s takes a folder or nothing, but got: %s\n' "$1" "${*:2}" >&2
      exit 2
      ;;
  esac
  if [ "$#" -gt 2 ]; then
    printf './gatehouse %s takes one folder, but got: %s\n' "$1" "${*:2}" >&2
    exit 2
  fi
}
