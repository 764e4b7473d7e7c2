# How this machine reaches its npm registry, for image builds: handed over as a build secret.
# shellcheck shell=bash

# Registries, proxies and the credentials for them; not what speaks of this machine's folders.
npm_build_settings='^[^;#=]*(registry|_auth|_authToken|_password|username|email|always-auth|strict-ssl|proxy)[^=]*='

write_npm_settings() {
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
use_npm_settings() {
  [ -z "${NPMRC_FILE:-}" ] || return 0
  if command -v npm >/dev/null; then
    write_npm_settings
    export NPMRC_FILE=$state/npmrc
  fi
}
