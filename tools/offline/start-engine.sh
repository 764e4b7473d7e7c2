# shellcheck shell=bash

engine_log=/var/log/gatehouse-dockerd.log

wait_for_engine() {
  local deadline=$((SECONDS + $1))
  until engine_answers; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.3
  done
}

start_engine() {
  if ! is_root; then
    complain 'A container engine is installed but not running, and starting it needs root.' 'sudo systemctl start docker'
    return 1
  fi
  if systemd_runs; then
    systemctl start docker
    wait_for_engine 60
    return
  fi
  start_engine_by_hand
}

start_engine_by_hand() {
  if process_is /var/run/docker.pid dockerd; then
    say 'dockerd is running but does not answer yet; waiting.'
    wait_for_engine 30 && return
    complain "dockerd (process $(cat /var/run/docker.pid)) does not answer." 'stop that process, then run this again'
    return 1
  fi
  # A killed engine leaves its pid files; once their numbers belong to other processes it would refuse to start, or
  # wait for a containerd that is not there. A containerd that did outlive it is taken over by the new dockerd.
  rm -f /var/run/docker.pid
  process_is /var/run/docker/containerd/containerd.pid containerd || rm -f /var/run/docker/containerd/containerd.pid
  # Its own session and no terminal: it stays when this script and the person's shell have gone.
  setsid nohup dockerd >>"$engine_log" 2>&1 </dev/null &
  if wait_for_engine 45; then
    say "dockerd started by hand; its log: $engine_log"
    return
  fi
  tail -n 15 "$engine_log"
  complain 'dockerd did not come up.' "read $engine_log"
  return 1
}
