# shellcheck shell=bash

command_sbom() {
  case ${1:-} in
    --help | -h)
      printf 'usage: ./gatehouse sbom [FOLDER]   a bill of materials (CycloneDX) of each image, in FOLDER or else .gatehouse/sbom\n'
      return
      ;;
    -*)
      printf './gatehouse sbom takes a folder or nothing, but got: %s\n' "$*" >&2
      exit 2
      ;;
  esac
  if [ "$#" -gt 1 ]; then
    printf './gatehouse sbom takes one folder, but got: %s\n' "$*" >&2
    exit 2
  fi
  step packages "$packages_advice" ensure_packages
  step engine 'See also: ./gatehouse doctor' ensure_engine
  ensure_images
  step build 'Mend what the log names, then run the same command again.' docker compose build
  node_modules/.bin/node tools/supply-chain/write-sboms.ts "$@"
}
