# Starts an installed engine, also on machines without systemd.
# shellcheck shell=bash

dockerd_log=/var/log/gatehouse-dockerd.log

dockerd_has_systemd() { [ -d /run/systemd/system ]; }

# dockerd_process_is PIDFILE NAME: the process in the file runs under this name. The number may have been reused since an engine
# was killed.
dockerd_process_is() {
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]
}

dockerd_wait() {
  local deadline=$((SECONDS + $1))
  until engine_answers; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.3
  done
}

dockerd_start() {
  if ! is_root; then
    complain 'A container engine is installed but not running, and starting it needs root.' 'sudo systemctl start docker'
    return 1
  fi
  if dockerd_has_systemd; then
    systemctl start docker
    dockerd_wait 60
    return
  fi
  dockerd_start_by_hand
}

dockerd_start_by_hand() {
  if dockerd_process_is /var/run/docker.pid dockerd; then
    say 'dockerd is running but does not answer yet; waiting.'
    dockerd_wait 30 && return
    complain "dockerd (process $(cat /var/run/docker.pid)) does not answer." 'stop that process, then run this again'
    return 1
  fi
  # A killed engine leaves its pid files. If other processes have their numbers now, dockerd would refuse to start, or wait for a
  # containerd that does not exist. The new dockerd takes over a containerd that still runs.
  rm -f /var/run/docker.pid
  dockerd_process_is /var/run/docker/containerd/containerd.pid containerd || rm -f /var/run/docker/containerd/containerd.pid
  # In its own session without a terminal, so that it outlives this script and the shell.
  setsid nohup dockerd >>"$dockerd_log" 2>&1 </dev/null &
  if dockerd_wait 45; then
    say "started dockerd; its log: $dockerd_log"
    return
  fi
  tail -n 15 "$dockerd_log"
  complain 'dockerd did not start.' "read $dockerd_log"
  return 1
}
