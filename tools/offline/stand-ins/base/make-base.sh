#!/bin/bash
# Writes a minimal Debian 13 to standard output as a tar archive, with this site's certificate authorities in it.
# make-base.sh MIRROR
set -euo pipefail

mirror=$1
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
# Documentation and translations are half of a minimal Debian; dpkg goes on leaving them out in the images built on it.
cat >"$settings/dpkg" <<'DPKG'
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
DPKG

hooks=()
for authority in /usr/local/share/ca-certificates/*.crt; do
  [ -e "$authority" ] && hooks+=("--customize-hook=copy-in $authority /usr/local/share/ca-certificates")
done
# shellcheck disable=SC2016 # mmdebstrap's own shell expands it
hooks+=('--customize-hook=chroot "$1" update-ca-certificates')

mmdebstrap --variant=minbase --include=ca-certificates --dpkgopt="$settings/dpkg" --format=tar "${hooks[@]}" \
  trixie - "deb $mirror trixie main"
