# shellcheck shell=bash

packages_advice='Check that this machine reaches its npm registry (npm ping), then run the same command again.'

# npm writes the inner file last, so it is as old as the last finished install.
packages_are_current() { [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; }

ensure_packages() {
  if packages_are_current; then
    note 'kept'
    return
  fi
  if ! command -v npm >/dev/null; then
    complain 'There is no npm.' 'sudo apt-get install npm (Node 20 or newer)'
    return 1
  fi
  npm ci --no-audit --no-fund
}
