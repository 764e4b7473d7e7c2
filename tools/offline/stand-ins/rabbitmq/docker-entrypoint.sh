#!/bin/bash
# As the entrypoint of the official image: begun as root, the broker runs as `rabbitmq` all the same.
set -euo pipefail

if [[ $1 == rabbitmq* && $(id -u) = 0 ]]; then
  chown -R rabbitmq:rabbitmq /var/lib/rabbitmq
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
fi
exec "$@"
