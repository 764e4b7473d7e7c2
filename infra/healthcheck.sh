#!/bin/bash
# healthcheck PORT PATH: exits 0 when GET PATH here is answered 200. Bash speaks to the socket itself: curl is not in the
# image, and starting node for it every few seconds would cost ten times as much.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
