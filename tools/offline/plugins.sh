# Unpacks Compose v2 and buildx from the packages of Debian 13 for this user, because Debian 12 lacks them. Nothing of Debian 13 is
# installed.
# shellcheck shell=bash

plugins_install() {
  local plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins work missing=()
  engine_has_compose || missing+=(docker-compose)
  engine_has_buildx || missing+=(docker-buildx)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if ! apt_exists; then
    complain "docker lacks: ${missing[*]}." 'install the Docker Compose and buildx plugins (the packages docker-compose-plugin and docker-buildx-plugin of Docker)'
    return 1
  fi
  work=$(mktemp -d)
  plugins_download "$work" "${missing[@]}"
  mkdir -p "$plugins"
  for package in "$work"/*.deb; do dpkg -x "$package" "$work/unpacked"; done
  install -m 755 "$work"/unpacked/usr/libexec/docker/cli-plugins/* "$plugins/"
  rm -rf "$work"
  engine_has_compose && engine_has_buildx
}

# plugins_download FOLDER PACKAGE...: with a separate source list and state, so that the machine's apt does not see Debian 13.
plugins_download() {
  local work=$1 mirror
  shift
  mirror=$(apt_debian_mirror)
  mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial"
  chmod 755 "$work" # apt fetches as its own user
  say "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources/trixie.list"
  local private=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources"
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache")
  apt-get "${private[@]}" update
  (cd "$work" && apt-get "${private[@]}" download "$@")
}
