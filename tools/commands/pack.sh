# shellcheck shell=bash

command_pack() {
  case ${1:-} in
    --help | -h)
      printf 'usage: ./gatehouse pack [FOLDER]   packages of the libraries, in FOLDER or else .gatehouse/packages\n'
      return
      ;;
  esac
  arguments_one_folder pack "$@"
  step_run packages "$npm_advice" npm_ensure_packages
  node_modules/.bin/node tools/packages/pack.ts "$@"
}
