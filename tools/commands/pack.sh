# shellcheck shell=bash

command_pack() {
  case ${1:-} in
    --help | -h)
      printf 'usage: ./gatehouse pack [FOLDER]   builds packages of the libraries in FOLDER, or in .gatehouse/packages\n'
      return
      ;;
  esac
  arguments_one_folder pack "$@"
  step_run packages "$npm_advice" npm_ensure_packages
  node_modules/.bin/node tools/packages/pack.ts "$@"
}
