# Decides once which images this machine runs on, and writes it to .gatehouse/images.env as the variables that
# docker-compose.yml and the tests read. An image named in the environment or in .env is taken as it is.
# shellcheck shell=bash

images_file=$state/images.env
images_official() {
  sed -nE 's/^'"$1"'_IMAGE=(.*)/\1/p' "$root/.env.example"
}

images_present() { docker image inspect "$1" >/dev/null 2>&1; }

# The engine says "Pulling from" as soon as the registry has answered; the pull itself is cut off there.
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
      # Asked once a run, and not at all where the stand-in of an earlier run is still right.
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
  if [ "${#stand_ins[@]}" -gt 0 ]; then step_note "no image registry answers: stand-ins for ${stand_ins[*]}"; else step_note 'official images'; fi
}

images_use_stand_ins() { grep -q '=gatehouse-standin/' "$images_file"; }

# images_load: the chosen images as environment of everything started from here.
images_load() {
  set -a
  # shellcheck disable=SC1090 # written by images_choose
  . "$images_file"
  # The reaper image of testcontainers is not to be had either; the tests stop what they start.
  if images_use_stand_ins; then TESTCONTAINERS_RYUK_DISABLED=true; fi
  set +a
}

# Decides on the images and gets them, a line of progress for each that takes time.
images_ensure() {
  local name
  step_run images 'See what the engine says with: docker info' images_choose
  for name in base node postgres rabbitmq nginx; do
    if images_need_stand_in "$name" && ! stand_in_is_built "$name"; then
      step_run "image $name" 'Once the cause is mended, run the same command again: what is done is kept.' stand_in_build "$name"
    fi
  done
  images_get_official
  images_load
  npm_use_settings
}

# Those that no stand-in replaces: pulled once, and from then on named by their digest.
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
