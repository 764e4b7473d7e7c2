# Chooses the images that this machine runs, and writes them to .gatehouse/images.env as variables for docker-compose.yml and
# the tests. An image set in the environment or in .env is used unchanged.
# shellcheck shell=bash

images_file=$state/images.env
images_official() {
  sed -nE 's/^'"$1"'_IMAGE=(.*)/\1/p' "$root/.env.example"
}

images_present() { docker image inspect "$1" >/dev/null 2>&1; }

# The engine prints "Pulling from" as soon as the registry has answered; the pull is stopped there.
images_registry_answers() {
  # shellcheck disable=SC2016 # the inner shell expands it
  timeout 8 bash -c 'docker pull "$1" 2>/dev/null | grep -qE "Pulling from|Pull complete"' _ "$1"
}

images_choose() {
  local name variable image pinned chosen=() stand_ins=() asked=''
  for name in node postgres rabbitmq nginx; do
    variable=${name^^}_IMAGE
    image=$(setting "$variable" '')
    if [ -n "$image" ] && [[ $image != gatehouse-standin/* ]]; then
      chosen+=("$variable=$image")
      continue
    fi
    image=$(images_official "${name^^}")
    pinned=$(digests_pinned "$image")
    image=${pinned:-$image}
    if ! images_present "$image"; then
      # The registry is tried at most once per run, and not if a current stand-in exists.
      if [ -z "$asked" ]; then
        if stand_in_is_built "$name"; then asked=no; elif images_registry_answers "$image"; then asked=yes; else asked=no; fi
      fi
      if [ "$asked" = no ]; then
        image=$(stand_in_image "$name")
        stand_ins+=("$name")
      fi
    fi
    chosen+=("$variable=$image")
  done
  mkdir -p "$state"
  printf '%s\n' "${chosen[@]}" >"$images_file.new"
  mv "$images_file.new" "$images_file"
  if [ "${#stand_ins[@]}" -gt 0 ]; then step_note "no image registry reachable: stand-ins for ${stand_ins[*]}"; else step_note 'official images'; fi
}

images_use_stand_ins() { grep -q '=gatehouse-standin/' "$images_file"; }

# Exports the chosen images to all commands started from here.
images_load() {
  set -a
  # shellcheck disable=SC1090 # written by images_choose
  . "$images_file"
  # Without a registry the image of testcontainers' reaper is missing too; the tests stop what they start.
  if images_use_stand_ins; then TESTCONTAINERS_RYUK_DISABLED=true; fi
  set +a
}

# Chooses the images and pulls or builds them.
images_ensure() {
  local name
  step_run images 'Check the container engine: docker info' images_choose
  for name in base node postgres rabbitmq nginx; do
    if images_need_stand_in "$name" && ! stand_in_is_built "$name"; then
      step_run "image $name" 'Fix the cause, then run the same command again; finished images are kept.' stand_in_build "$name"
    fi
  done
  images_get_official
  images_load
  npm_use_settings
}

# Pulls the official images once; from then on they are named by their digest.
images_get_official() {
  local name variable image
  for name in NODE POSTGRES RABBITMQ NGINX; do
    variable=${name}_IMAGE
    image=$(sed -nE "s/^$variable=(.*)/\1/p" "$images_file")
    if ! images_present "$image"; then
      step_run "image ${name,,}" 'Check that this machine reaches the image registry.' docker pull --quiet "$image"
    fi
    if [ "$image" = "$(images_official "$name")" ]; then digests_pin "$image"; fi
  done
  images_choose >/dev/null
}

images_need_stand_in() {
  if [ "$1" = base ]; then images_use_stand_ins; else grep -q "=$(stand_in_image "$1")\$" "$images_file"; fi
}
