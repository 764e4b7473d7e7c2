# shellcheck shell=bash

command_bench() {
  local names name=${1:-}
  names=$(find bench -maxdepth 1 -name '*.ts' -not -name '*.test.ts' -exec basename -s .ts {} + | sort)
  if [ -z "$name" ]; then
    say "${names:-There are no benchmarks yet.}"
    return
  fi
  shift
  if ! grep -qx -- "$name" <<<"$names"; then
    printf 'There is no benchmark "%s". There are: %s\n' "$name" "${names:-none}" >&2
    exit 2
  fi
  step packages "$packages_advice" ensure_packages
  step engine 'See also: ./gatehouse doctor' ensure_engine
  ensure_images
  # The pinned Node out of the npm packages.
  node_modules/.bin/node "bench/$name.ts" "$@"
}
