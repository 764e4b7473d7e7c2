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
  step_run packages "$npm_advice" npm_ensure_packages
  step_run engine 'See also: ./gatehouse doctor' engine_ensure
  images_ensure
  # The Node version that package-lock.json pins.
  node_modules/.bin/node "bench/$name.ts" "$@"
}
