#!/bin/bash
# healthcheck PORT PATH: exits 0 when GET PATH on this host returns 200. It uses bash's sockets, because the images have no curl and
# starting node every few seconds costs ten times as much.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
