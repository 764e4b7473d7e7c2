# What the machine's own apt tells about where Debian packages come from. No mirror is named in this repository.
# shellcheck shell=bash

apt_exists() { command -v apt-get >/dev/null && command -v dpkg >/dev/null; }

is_root() { [ "$(id -u)" = 0 ]; }

# The mirror of Debian proper (not of security updates or of other vendors) in the machine's apt configuration.
apt_debian_mirror() {
  local mirror
  # shellcheck disable=SC2016 # the dollars are apt's own placeholders
  mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')
  if [ -z "$mirror" ]; then
    complain 'apt knows no Debian mirror, or has not read its package lists yet.' 'apt-get update (on Debian 12 or later)'
    return 1
  fi
  printf '%s\n' "$mirror"
}

apt_refresh_lists() {
  # A list that is there and under a day old will do; an unreachable extra source must not stop the run.
  if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 -print -quit 2>/dev/null)" ]; then
    apt-get update || say 'apt-get update had problems; going on with the lists there are.'
  fi
}

# apt_install PACKAGE...
apt_install() {
  if ! apt_exists; then
    complain "This machine lacks: $*. There is no apt here to install them." 'install them with the package manager of this machine'
    return 1
  fi
  if ! is_root; then
    complain "This machine lacks: $*. Installing them needs root." "sudo apt-get install --no-install-recommends $*"
    return 1
  fi
  apt_refresh_lists
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}
