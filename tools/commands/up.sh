# shellcheck shell=bash

command_up() {
  local began=$EPOCHREALTIME
  arguments_none up "$@"
  if [ "$(setting GATEHOUSE_PORT 8080)" != 8080 ]; then
    ISSUER=$(setting ISSUER "http://localhost:$(setting GATEHOUSE_PORT 8080)/api")
    export ISSUER
  fi
  GATEHOUSE_CONFIGURATION=$(up_configuration_hash)
  export GATEHOUSE_CONFIGURATION

  say 'Starting Gatehouse'
  step_run engine 'See also: ./gatehouse doctor' engine_ensure
  images_ensure
  step_run build 'Fix what the log reports, then run ./gatehouse up again.' docker compose build
  # In the order of docker-compose.yml, one at a time, to show each and the one that fails.
  step_run servers "$up_see_logs postgres rabbitmq" up_start_servers
  step_run migrate "$up_see_logs migrate" up_run_job migrate
  step_run seed "$up_see_logs seed" up_run_job seed
  step_run services "$up_port_advice" up_start_services
  step_run healthy "$up_see_logs" up_wait_until_healthy
  printf '  %-14s %6s s\n' total "$(step_seconds_since "$began")"
  up_print_welcome
}

up_see_logs='See the logs: ./gatehouse logs'
up_port_advice='If the port is taken, choose another: GATEHOUSE_PORT=8081 ./gatehouse up'

# Of the mounted files, whose content compose does not compare.
up_configuration_hash() { cat infra/nginx/nginx.conf infra/nginx/start-nginx.sh infra/nginx/gatehouse/* infra/rabbitmq/rabbitmq.conf | sha256sum | cut -c1-16; }

up_start_servers() {
  docker compose up --detach --no-build --quiet-pull postgres rabbitmq
  up_wait_for 60 up_is_healthy postgres
}

up_run_job() {
  docker compose up --detach --no-build --no-deps "$1"
  local container status
  container=$(docker compose ps --all --quiet "$1")
  status=$(docker wait "$container")
  docker compose logs --no-log-prefix --tail 20 "$1"
  [ "$status" = 0 ]
}

up_start_services() {
  local others
  mapfile -t others < <(docker compose config --services | grep -vxE 'secrets|postgres|rabbitmq|migrate|seed')
  docker compose up --detach --no-build --no-deps --remove-orphans "${others[@]}"
}

up_wait_until_healthy() {
  if ! up_wait_for 90 up_all_healthy; then
    docker compose ps --all
    docker compose logs --tail 10
    return 1
  fi
}

up_is_healthy() { [ "$(docker compose ps --format '{{.Health}}' "$1" | sort -u)" = healthy ]; }

# All containers are healthy, and a request through Nginx succeeds.
up_all_healthy() {
  [ "$(docker compose ps --format '{{.Health}}' | sort -u)" = healthy ] &&
    infra/healthcheck.sh "$(up_published_port)" /api/health 2>/dev/null
}

up_published_port() { docker compose port nginx 8080 | sed 's/.*://'; }

# up_wait_for SECONDS COMMAND...
up_wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.3
  done
}

up_print_welcome() {
  local address
  address=http://localhost:$(up_published_port)
  printf '\nGatehouse is up.\n\n'
  if [ "$(setting DOCS on)" = off ]; then printf '  API            %s/api\n' "$address"; else printf '  API and docs   %s/api/docs\n' "$address"; fi
  up_print_login
  if up_knows_laptop_password; then
    printf '\nWARNING: an admin has the well-known password %s. Change it before others can reach this machine:\n' "$up_laptop_password"
    printf '  ./gatehouse user password NAME   (reads the new password from standard input)\n'
  fi
  cat <<WELCOME

Try it:

  token=\$(curl -s $address/api/auth/login -d username=$up_shown_username -d password=$up_shown_password | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s $address/api/auth/me -H "Authorization: Bearer \$token"

Stop it with ./gatehouse down.
WELCOME
}

# The login that the job seed created, if it still works. A password from .env is not shown.
up_print_login() {
  local username password
  username=$(setting SEED_USERNAME admin)
  password=$(setting SEED_PASSWORD '')
  up_shown_username=$username
  if up_made_password; then
    up_shown_password=PASSWORD
  elif [ -n "$password" ] && up_signs_in "$username" "$password"; then
    printf '  login          %s, with the password in SEED_PASSWORD\n' "$username"
    up_shown_password='"$SEED_PASSWORD"'
  elif up_signs_in "$username" "$up_laptop_password"; then
    printf '  login          %s / %s   (for a laptop only)\n' "$username" "$up_laptop_password"
    up_shown_password=$up_laptop_password
  else
    up_shown_username=USERNAME up_shown_password=PASSWORD
  fi
}

# Equal to the default in docker-compose.yml.
up_laptop_password=changeme

up_signs_in() { printf '%s\n' "$2" | docker compose exec -T identity node services/identity/src/cli.ts user check "$1" >/dev/null 2>&1; }

# By /health/ready of identity, which checks every admin.
up_knows_laptop_password() {
  # shellcheck disable=SC2016
  docker compose exec -T identity bash -c 'exec 3<>/dev/tcp/127.0.0.1/3001
    printf "GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3; cat <&3' | grep -q '"laptop_password":{"state":"degraded"'
}

# Shows a generated password once, and then removes it from the log of the step and of the container.
up_made_password() {
  local line
  # Compose may put terminal codes before it.
  line=$(grep -o 'The password of .*' "$logs/seed.log") || return 1
  printf '  %s   (shown only once)\n' "$line"
  sed -i '/The password of /d' "$logs/seed.log"
  docker compose rm --force seed >/dev/null 2>&1
}
