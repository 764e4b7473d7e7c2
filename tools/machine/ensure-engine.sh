# shellcheck shell=bash

# Finds a container engine with Compose v2 and buildx, or makes one. Where all of them answer nothing is touched.
ensure_engine() {
  if ! command -v docker >/dev/null; then
    apt_install docker.io iptables
  fi
  if ! engine_answers; then
    if engine_denied; then
      complain 'The container engine refuses this user.' "sudo usermod -aG docker $(id -un), then log in again"
      return 1
    fi
    # A docker command without a dockerd is a client alone.
    command -v dockerd >/dev/null || apt_install docker.io iptables
    engine_answers || start_engine
  fi
  install_plugins
  note "$(docker version --format 'engine {{.Server.Version}}'), compose $(docker compose version --short)"
}
