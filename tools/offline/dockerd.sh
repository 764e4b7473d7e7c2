# Starts an engine that is installed and does not run, on machines without systemd too.
# shellcheck shell=bash

dockerd_log=/var/log/gatehouse-dockerd.log

dockerd_has_systemd() { [ -d /run/systemd/system ]; }

# dockerd_process_is PIDFILE NAME: the file's process lives and bears that name. A number left from a killed engine may
# meanwhile belong to anything else.
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
  # A killed engine leaves its pid files; once their numbers belong to other processes it would refuse to start, or
  # wait for a containerd that is not there. A containerd that did outlive it is taken over by the new dockerd.
  rm -f /var/run/docker.pid
  dockerd_process_is /var/run/docker/containerd/containerd.pid containerd || rm -f /var/run/docker/containerd/containerd.pid
  # Its own session and no terminal: it stays when this script and the person's shell have gone.
  setsid nohup dockerd >>"$dockerd_log" 2>&1 </dev/null &
  if dockerd_wait 45; then
    say "dockerd started by hand; its log: $dockerd_log"
    return
  fi
  tail -n 15 "$dockerd_log"
  complain 'dockerd did not come up.' "read $dockerd_log"
  return 1
}
