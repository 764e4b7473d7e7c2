# shellcheck shell=bash

command_pack() {
  step packages "$packages_advice" ensure_packages
  node_modules/.bin/node infra/packages/pack.ts "$@"
}
