# Looks and tells; changes nothing.
# shellcheck shell=bash

command_doctor() {
  refuse_arguments doctor "$@"
  local missing=0
  look 'node 20 or newer' 'install Node 20 or newer with npm' node_is_new_enough
  look npm 'install Node 20 or newer with npm' command -v npm
  look 'npm packages' 'npm ci' packages_are_current
  look docker "$(apt_advice docker.io iptables)" command -v docker
  look 'container engine' "$(engine_advice)" engine_answers
  look 'docker compose v2' './gatehouse up (unpacks the plugin), or install the Docker Compose plugin' compose_works
  look 'docker buildx' './gatehouse up (unpacks the plugin), or install the buildx plugin' buildx_works
  look 'images chosen' './gatehouse up (asks a registry, makes stand-ins where none answers)' images_are_there
  if [ -f "$images_file" ] && uses_stand_ins; then
    look 'mmdebstrap (for stand-ins)' "$(apt_advice mmdebstrap)" command -v mmdebstrap
  fi
  look "port $(setting GATEHOUSE_PORT 8080) free or ours" 'GATEHOUSE_PORT=8081 ./gatehouse up' port_is_usable
  look '5 GB of disk free' 'docker system prune, or more disk' disk_is_free
  look 'chromium (for the tests)' "$(apt_advice chromium)" find_chromium
  if [ "$missing" -gt 0 ]; then
    printf '\n%s missing. ./gatehouse up and ./gatehouse test install what they need where they may (root, apt).\n' "$missing"
    return 1
  fi
}

# look WHAT HOW-TO-MEND QUESTION...
look() {
  local what=$1 mend=$2
  shift 2
  if "$@" >/dev/null 2>&1; then
    printf '  ok       %s\n' "$what"
  else
    printf '  missing  %-28s mend it with: %s\n' "$what" "$mend"
    missing=$((missing + 1))
  fi
}

apt_advice() {
  local sudo=''
  is_root || sudo='sudo '
  if has_apt; then
    printf '%sapt-get install --no-install-recommends %s' "$sudo" "$*"
  else
    printf 'install with the package manager of this machine: %s' "$*"
  fi
}

engine_advice() {
  if engine_denied; then
    printf 'sudo usermod -aG docker %s, then log in again' "$(id -un)"
  elif ! command -v dockerd >/dev/null; then
    apt_advice docker.io iptables
  elif systemd_runs; then
    printf 'sudo systemctl start docker'
  else
    printf './gatehouse up (starts it, as root)'
  fi
}

node_is_new_enough() { [ "$(node --version | sed -E 's/^v([0-9]+).*/\1/')" -ge 20 ]; }

images_are_there() {
  [ -f "$images_file" ] || return 1
  local image
  while read -r image; do present "$image" || return 1; done < <(sed 's/^[^=]*=//' "$images_file")
}

# Nobody listens there, or our own Nginx does.
port_is_usable() {
  local port
  port=$(setting GATEHOUSE_PORT 8080)
  [ "$port" = 0 ] || ! (: <"/dev/tcp/127.0.0.1/$port") || [ "$(published_port)" = "$port" ]
}

disk_is_free() {
  local free
  free=$(df --output=avail -k "$root" | tail -n 1)
  [ "$free" -gt 5000000 ]
}
