# Builds the stand-in images. Each is labelled with the hash of its recipe, so that it is rebuilt only when the recipe changes.
# shellcheck shell=bash

stand_in_recipes=$root/tools/offline/stand-ins
stand_in_label=gatehouse.recipe

stand_in_name() { printf 'gatehouse-standin/%s' "$1"; }

declare -A stand_in_tags=([base]=trixie [node]=24 [postgres]=17 [rabbitmq]=4 [nginx]=1)
stand_in_image() { printf '%s:%s' "$(stand_in_name "$1")" "${stand_in_tags[$1]}"; }

# The base includes the site's certificate authorities, and the node image the versions that package.json and package-lock.json pin.
stand_in_hash() {
  {
    find "$stand_in_recipes/base" "$stand_in_recipes/$1" -type f -print0 | sort -zu | xargs -0 cat
    cat /usr/local/share/ca-certificates/*.crt 2>/dev/null || true
    if [ "$1" = node ]; then stand_in_node_packages; fi
  } | sha256sum | cut -c1-16
}

stand_in_is_built() {
  [ "$(docker image inspect --format "{{index .Config.Labels \"$stand_in_label\"}}" "$(stand_in_image "$1")" 2>/dev/null)" = \
    "$(stand_in_hash "$1")" ]
}

stand_in_build_base() {
  command -v mmdebstrap >/dev/null || apt_install mmdebstrap
  if ! is_root; then
    complain 'Making the base image needs root.' 'sudo ./gatehouse up'
    return 1
  fi
  local mirror
  mirror=$(apt_debian_mirror)
  bash "$stand_in_recipes/base/make-base.sh" "$mirror" |
    docker import --change "LABEL $stand_in_label=$(stand_in_hash base)" - "$(stand_in_image base)"
}

# stand_in_build NAME
stand_in_build() {
  local name=$1 context
  if stand_in_is_built "$name"; then
    step_note 'up to date'
    return
  fi
  if [ "$name" = base ]; then
    stand_in_build_base
    return
  fi
  context=$(mktemp -d)
  cp -R "$stand_in_recipes/$name/." "$context"
  if [ "$name" = node ]; then stand_in_unpack_node "$context"; fi
  # apt settings of this site (a proxy, a frozen mirror), as a secret that the image does not keep.
  apt-config dump | grep -E '^Acquire::(https?::|Check-Valid-Until )' >"$context.apt" || true
  docker buildx build --progress plain --build-arg "BASE=$(stand_in_image base)" --label "$stand_in_label=$(stand_in_hash "$name")" \
    --secret "id=apt,src=$context.apt" --tag "$(stand_in_image "$name")" "$context"
  rm -rf "$context" "$context.apt"
}

# Node and npm as package-lock.json and `packageManager` in package.json pin them, one per line: name@version and the sha512
# of the archive in hexadecimal.
stand_in_node_packages() {
  local cpu version hash
  case $(uname -m) in aarch64 | arm64) cpu=arm64 ;; *) cpu=x64 ;; esac
  read -r version hash < <(
    sed -n '/"node_modules\/node-linux-'"$cpu"'": {/,/}/p' "$root/package-lock.json" |
      sed -nE 's/^ *"(version|integrity)": "(sha512-)?([^"]+)".*/\3/p' | paste -sd ' '
  )
  printf 'node-linux-%s@%s %s\n' "$cpu" "$version" "$(printf %s "$hash" | base64 --decode | od -An -v -t x1 | tr -d ' \n')"
  sed -nE 's/^ *"packageManager": "(npm@[0-9.]+)\+sha512\.([0-9a-f]{128})".*/\1 \2/p' "$root/package.json"
}

# stand_in_unpack_node CONTEXT: downloads both from this machine's npm registry and verifies them.
stand_in_unpack_node() {
  local packages package hash archive
  mapfile -t packages < <(stand_in_node_packages)
  (
    set -e
    cd "$1" || exit 1
    for package in "${packages[@]}"; do
      read -r package hash <<<"$package"
      archive=$(npm pack --silent "$package")
      stand_in_verify_archive "$archive" "$hash" "$package" || exit 1
      tar -xzf "$archive" && rm "$archive"
      mv package "${package%%[-@]*}"
    done
  )
}

# stand_in_verify_archive FILE SHA512 NAME
stand_in_verify_archive() {
  # An empty hash must not be accepted.
  if [[ ! $2 =~ ^[0-9a-f]{128}$ ]] || ! printf '%s  %s\n' "$2" "$1" | sha512sum --check --status; then
    complain "The archive of $3 does not have the hash that this repository pins." 'npm cache clean --force, then the same command again'
    return 1
  fi
}
