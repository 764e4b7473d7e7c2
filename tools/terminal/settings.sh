# shellcheck shell=bash

# setting NAME DEFAULT: from the environment, from .env as compose reads it, or the default.
setting() {
  local value=${!1:-}
  if [ -z "$value" ] && [ -f "$root/.env" ]; then
    value=$(sed -nE "s/^$1=[\"']?([^\"']*)[\"']?\$/\1/p" "$root/.env" | tail -n 1)
  fi
  printf '%s' "${value:-$2}"
}
