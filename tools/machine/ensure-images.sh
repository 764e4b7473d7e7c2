# shellcheck shell=bash

# Decides on the images and gets them, a line of progress for each that takes time.
ensure_images() {
  local name
  step images 'See what the engine says with: docker info' choose_images
  for name in base node postgres rabbitmq nginx; do
    if needs_stand_in "$name" && ! is_built "$name"; then
      step "image $name" 'Once the cause is mended, run the same command again: what is done is kept.' build_stand_in "$name"
    fi
  done
  get_official_images
  load_images
  use_npm_settings
}

# Those that no stand-in replaces: pulled once, and from then on named by their digest.
get_official_images() {
  local name variable image
  for name in NODE POSTGRES RABBITMQ NGINX; do
    variable=${name}_IMAGE
    image=$(sed -nE "s/^$variable=(.*)/\1/p" "$images_file")
    if ! present "$image"; then
      step "image ${name,,}" 'Check that this machine reaches the image registry.' docker pull --quiet "$image"
    fi
    if [ "$image" = "$(official_image "$name")" ]; then pin_image "$image"; fi
  done
  choose_images >/dev/null
}

needs_stand_in() {
  if [ "$1" = base ]; then uses_stand_ins; else grep -q "=$(stand_in_image "$1")\$" "$images_file"; fi
}
