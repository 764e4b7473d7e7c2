# shellcheck shell=bash

command_sbom() {
  case ${1:-} in
    --help | -h)
      printf 'usage: ./gatehouse sbom [FOLDER]   writes a bill of materials (CycloneDX) of each image to FOLDER, or to .gatehouse/sbom\n'
      return
      ;;
  esac
  arguments_one_folder sbom "$@"
  step_run packages "$npm_advice" npm_ensure_packages
  step_run engine 'See also: ./gatehouse doctor' engine_ensure
  images_ensure
  step_run build 'Fix what the log reports, then run the same command again.' docker compose build
  node_modules/.bin/node tools/supply-chain/write-sboms.ts "$@"
}
