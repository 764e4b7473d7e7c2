# shellcheck shell=bash

command_images() {
  case ${1:-} in
    '') show_images ;;
    update) update_images ;;
    --help | -h)
      printf 'usage: ./gatehouse images [update]   the images that this machine uses; update takes what the tags name today\n'
      ;;
    *)
      printf './gatehouse images takes "update" or nothing, but got: %s\n' "$*" >&2
      exit 2
      ;;
  esac
}

show_images() {
  if [ -f "$images_file" ]; then cat "$images_file"; else say 'None is chosen yet; ./gatehouse up does.'; fi
}

update_images() {
  local name image
  step engine 'See also: ./gatehouse doctor' ensure_engine
  for name in NODE POSTGRES RABBITMQ NGINX; do
    image=$(official_image "$name")
    if [ -n "$(setting "${name}_IMAGE" '')" ]; then
      say "${name}_IMAGE is set in the environment or in .env and stays"
    elif grep -q "^${name}_IMAGE=gatehouse-standin/" "$images_file" 2>/dev/null; then
      say "$image  has a stand-in, made here; see tools/offline/stand-ins/README.md"
    else
      pull_and_pin "$image"
    fi
  done
  step images 'See what the engine says with: docker info' choose_images
}
