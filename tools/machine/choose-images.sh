# Decides once which images this machine runs on, and writes it to .gatehouse/images.env as the variables that
# docker-compose.yml and the tests read. An image named in the environment or in .env is taken as it is.
# shellcheck shell=bash

images_file=$state/images.env
official_image() {
  sed -nE 's/^'"$1"'_IMAGE=(.*)/\1/p' "$root/.env.example"
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

# The engine says "Pulling from" as soon as the registry has answered; the pull itself is cut off there.
registry_answers() {
  # shellcheck disable=SC2016 # the inner shell expands it
  timeout 8 bash -c 'docker pull "$1" 2>/dev/null | grep -qE "Pulling from|Pull complete"' _ "$1"
}

choose_images() {
  local name variable image pinned chosen=() stand_ins=() asked=''
  for name in node postgres rabbitmq nginx; do
    variable=${name^^}_IMAGE
    image=$(setting "$variable" '')
    if [ -n "$image" ] && [[ $image != gatehouse-standin/* ]]; then
      chosen+=("$variable=$image")
      continue
    fi
    image=$(official_image "${name^^}")
    pinned=$(pinned_image "$image")
    image=${pinned:-$image}
    if ! present "$image"; then
      # Asked once a run, and not at all where the stand-in of an earlier run is still right.
      if [ -z "$asked" ]; then
        if is_built "$name"; then asked=no; elif registry_answers "$image"; then asked=yes; else asked=no; fi
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
  if [ "${#stand_ins[@]}" -gt 0 ]; then note "no image registry answers: stand-ins for ${stand_ins[*]}"; else note 'official images'; fi
}

uses_stand_ins() { grep -q '=gatehouse-standin/' "$images_file"; }

# load_images: the chosen images as environment of everything started from here.
load_images() {
  set -a
  # shellcheck disable=SC1090 # written by choose_images
  . "$images_file"
  # The reaper image of testcontainers is not to be had either; the tests stop what they start.
  if uses_stand_ins; then TESTCONTAINERS_RYUK_DISABLED=true; fi
  set +a
}
