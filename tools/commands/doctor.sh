# Reports what this machine lacks; changes nothing.
# shellcheck shell=bash

command_doctor() {
  arguments_none doctor "$@"
  local missing=0
  doctor_look 'node 20 or newer' 'install Node 20 or newer with npm' doctor_node_is_new
  doctor_look npm 'install Node 20 or newer with npm' command -v npm
  doctor_look 'npm packages' 'npm ci' npm_packages_are_current
  doctor_look docker "$(doctor_apt_advice docker.io iptables)" command -v docker
  doctor_look 'container engine' "$(doctor_engine_advice)" engine_answers
  doctor_look 'docker compose v2' './gatehouse up (unpacks the plugin), or install the Docker Compose plugin' engine_has_compose
  doctor_look 'docker buildx' './gatehouse up (unpacks the plugin), or install the buildx plugin' engine_has_buildx
  doctor_look 'images chosen' './gatehouse up (pulls them, or builds stand-ins without a registry)' doctor_images_are_there
  if [ -f "$images_file" ] && images_use_stand_ins; then
    doctor_look 'mmdebstrap (for stand-ins)' "$(doctor_apt_advice mmdebstrap)" command -v mmdebstrap
  fi
  doctor_look "port $(setting GATEHOUSE_PORT 8080) free or ours" 'GATEHOUSE_PORT=8081 ./gatehouse up' doctor_port_is_usable
  doctor_look '5 GB of disk free' 'docker system prune, or more disk' doctor_disk_is_free
  doctor_look 'chromium (for the tests)' "$(doctor_apt_advice chromium)" chromium_find
  if [ "$missing" -gt 0 ]; then
    printf '\n%s missing. With root and apt, ./gatehouse up and ./gatehouse test install what they need.\n' "$missing"
    return 1
  fi
}

# doctor_look WHAT FIX CHECK...
doctor_look() {
  local what=$1 fix=$2
  shift 2
  if "$@" >/dev/null 2>&1; then
    printf '  ok       %s\n' "$what"
  else
    printf '  missing  %-28s fix: %s\n' "$what" "$fix"
    missing=$((missing + 1))
  fi
}

doctor_apt_advice() {
  local sudo=''
  is_root || sudo='sudo '
  if apt_exists; then
    printf '%sapt-get install --no-install-recommends %s' "$sudo" "$*"
  else
    printf 'install with the package manager of this machine: %s' "$*"
  fi
}

doctor_engine_advice() {
  if engine_denies; then
    printf 'sudo usermod -aG docker %s, then log in again' "$(id -un)"
  elif ! command -v dockerd >/dev/null; then
    doctor_apt_advice docker.io iptables
  elif dockerd_has_systemd; then
    printf 'sudo systemctl start docker'
  else
    printf './gatehouse up (starts it, as root)'
  fi
}

doctor_node_is_new() { [ "$(node --version | sed -E 's/^v([0-9]+).*/\1/')" -ge 20 ]; }

doctor_images_are_there() {
  [ -f "$images_file" ] || return 1
  local image
  while read -r image; do images_present "$image" || return 1; done < <(sed 's/^[^=]*=//' "$images_file")
}

# The port is free, or our own Nginx listens on it.
doctor_port_is_usable() {
  local port
  port=$(setting GATEHOUSE_PORT 8080)
  [ "$port" = 0 ] || ! (: <"/dev/tcp/127.0.0.1/$port") || [ "$(up_published_port)" = "$port" ]
}

doctor_disk_is_free() {
  local free
  free=$(df --output=avail -k "$root" | tail -n 1)
  [ "$free" -gt 5000000 ]
}
