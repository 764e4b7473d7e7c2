# Installs Debian packages with the machine's own apt configuration; this repository names no mirror.
# shellcheck shell=bash

apt_exists() { command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

is_root() { [ "$(id -u)" = 0 ]; }

# The Debian mirror in the machine's apt configuration (not of security updates or other vendors).
apt_debian_mirror() {
  local mirror
  # shellcheck disable=SC2016 # the dollars are apt's own placeholders
  mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
  if [ -z "$mirror" ]; then
    complain 'apt has no Debian mirror, or has not read its package lists yet.' 'apt-get update (on Debian 12 or later)'
    return 1
  fi
  printf '%s\n' "$mirror"
}

apt_refresh_lists() {
  # A list from the last day is enough; an unreachable extra source must not stop the run.
  if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 -print -quit 2>/dev/null)" ]; then
    apt-get update || say 'apt-get update had problems; continuing with the existing lists.'
  fi
}

# apt_install PACKAGE...
apt_install() {
  if ! apt_exists; then
    complain "This machine lacks: $*. It has no apt to install them." 'install them with the package manager of this machine'
    return 1
  fi
  if ! is_root; then
    complain "This machine lacks: $*. Installing them needs root." "sudo apt-get install --no-install-recommends $*"
    return 1
  fi
  apt_refresh_lists
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}
