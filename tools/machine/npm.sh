# The npm packages of this checkout, and the npm settings of this machine for image builds.
# shellcheck shell=bash

npm_advice='Check that this machine reaches its npm registry (npm ping), then run the same command again.'

# npm writes this file last, so its time is that of the last finished install.
npm_packages_are_current() { [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; }

npm_ensure_packages() {
  if npm_packages_are_current; then
    step_note 'up to date'
    return
  fi
  if ! command -v npm >/dev/null; then
    complain 'There is no npm.' 'sudo apt-get install npm (Node 20 or newer)'
    return 1
  fi
  npm ci --no-audit --no-fund
}

# The settings that image builds get as a build secret: registries, proxies and their credentials, but no paths of this machine.
npm_build_settings='^[^;#=]*(registry|_auth|_authToken|_password|username|email|always-auth|strict-ssl|proxy)[^=]*='

npm_write_settings() {
  local global user
  global=$(npm config get globalconfig --loglevel=error)
  user=$(npm config get userconfig --loglevel=error)
  mkdir -p "$state"
  (
    umask 077
    # The last of two lines wins, so the user's settings come second.
    for file in "$global" "$user"; do
      if [ -f "$file" ]; then grep -E "$npm_build_settings" "$file" || true; fi
    done >"$state/npmrc"
    # An environment variable overrides every file.
    if [ -n "${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}" ]; then
      say "registry=${npm_config_registry:-$NPM_CONFIG_REGISTRY}" >>"$state/npmrc"
    fi
  )
}

# Without npm, images are built with npm's default settings.
npm_use_settings() {
  [ -z "${NPMRC_FILE:-}" ] || return 0
  if command -v npm >/dev/null; then
    npm_write_settings
    export NPMRC_FILE=$state/npmrc
  fi
}
