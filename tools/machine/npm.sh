# The npm packages of this checkout, and how this machine reaches its registry.
# shellcheck shell=bash

npm_advice='Check that this machine reaches its npm registry (npm ping), then run the same command again.'

# npm writes the inner file last, so it is as old as the last finished install.
npm_packages_are_current() { [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; }

npm_ensure_packages() {
  if npm_packages_are_current; then
    step_note 'kept'
    return
  fi
  if ! command -v npm >/dev/null; then
    complain 'There is no npm.' 'sudo apt-get install npm (Node 20 or newer)'
    return 1
  fi
  npm ci --no-audit --no-fund
}

# What image builds are handed, as a build secret: registries, proxies and the credentials for them, not what speaks of this
# machine's folders.
npm_build_settings='^[^;#=]*(registry|_auth|_authToken|_password|username|email|always-auth|strict-ssl|proxy)[^=]*='

npm_write_settings() {
  local global user
  global=$(npm config get globalconfig --loglevel=error)
  user=$(npm config get userconfig --loglevel=error)
  mkdir -p "$state"
  (
    umask 077
    # The later of two lines holds: the user's own win.
    for file in "$global" "$user"; do
      if [ -f "$file" ]; then grep -E "$npm_build_settings" "$file" || true; fi
    done >"$state/npmrc"
    # A variable of the environment wins over every file.
    if [ -n "${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}" ]; then
      say "registry=${npm_config_registry:-$NPM_CONFIG_REGISTRY}" >>"$state/npmrc"
    fi
  )
}

# Where there is no npm the images are built with npm's defaults.
npm_use_settings() {
  [ -z "${NPMRC_FILE:-}" ] || return 0
  if command -v npm >/dev/null; then
    npm_write_settings
    export NPMRC_FILE=$state/npmrc
  fi
}
