# shellcheck shell=bash

command_images() {
  case ${1:-} in
    '') images_show ;;
    update) images_update ;;
    --help | -h)
      printf 'usage: ./gatehouse images [update]   shows the images in use; update pulls what the tags name today\n'
      ;;
    *)
      printf './gatehouse images takes "update" or nothing, but got: %s\n' "$*" >&2
      exit 2
      ;;
  esac
}

images_show() {
  if [ -f "$images_file" ]; then cat "$images_file"; else say 'No images are chosen yet; ./gatehouse up chooses them.'; fi
}

images_update() {
  local name image
  step_run engine 'See also: ./gatehouse doctor' engine_ensure
  for name in NODE POSTGRES RABBITMQ NGINX; do
    image=$(images_official "$name")
    if [ -n "$(setting "${name}_IMAGE" '')" ]; then
      say "${name}_IMAGE is set in the environment or in .env and remains"
    elif grep -q "^${name}_IMAGE=gatehouse-standin/" "$images_file" 2>/dev/null; then
      say "$image  uses a stand-in built here; see tools/offline/stand-ins/README.md"
    else
      digests_pull_and_pin "$image"
    fi
  done
  step_run images 'Check the container engine: docker info' images_choose
}
