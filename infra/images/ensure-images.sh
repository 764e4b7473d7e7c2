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
  load_images
  for name in NODE POSTGRES RABBITMQ NGINX; do
    local variable=${name}_IMAGE
    if ! present "${!variable}"; then
      step "image ${name,,}" 'Check that this machine reaches the image registry.' docker pull --quiet "${!variable}"
    fi
  done
  use_npm_settings
}

needs_stand_in() {
  if [ "$1" = base ]; then uses_stand_ins; else grep -q "=$(stand_in_image "$1")\$" "$images_file"; fi
}
