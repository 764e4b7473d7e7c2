# Finds or installs the container engine.
# shellcheck shell=bash

engine_answers() { timeout 10 docker info >/dev/null 2>&1; }
engine_has_compose() { docker compose version >/dev/null 2>&1; }
engine_has_buildx() { docker buildx version >/dev/null 2>&1; }

# An engine runs but refuses this user; installing a second one would be wrong.
engine_denies() {
  local answer
  answer=$(timeout 10 docker info 2>&1) || true
  grep -qi 'permission denied' <<<"$answer"
}

# Makes sure that a container engine with Compose v2 and buildx runs. Changes nothing if it does.
engine_ensure() {
  if ! command -v docker >/dev/null; then
    apt_install docker.io iptables
  fi
  if ! engine_answers; then
    if engine_denies; then
      complain 'The container engine refuses this user.' "sudo usermod -aG docker $(id -un), then log in again"
      return 1
    fi
    # There may be a docker client without dockerd.
    command -v dockerd >/dev/null || apt_install docker.io iptables
    engine_answers || dockerd_start
  fi
  plugins_install
  step_note "$(docker version --format 'engine {{.Server.Version}}'), compose $(docker compose version --short)"
}
