# shellcheck shell=bash

command_pack() {
  case ${1:-} in
    --help | -h)
      printf 'usage: ./gatehouse pack [FOLDER]   packages of the libraries, in FOLDER or else .gatehouse/packages\n'
      return
      ;;
    -*)
      printf './gatehouse pack takes a folder or nothing, but got: %s\n' "$*" >&2
      exit 2
      ;;
  esac
  if [ "$#" -gt 1 ]; then
    printf './gatehouse pack takes one folder, but got: %s\n' "$*" >&2
    exit 2
  fi
  step packages "$packages_advice" ensure_packages
  node_modules/.bin/node tools/packages/pack.ts "$@"
}
