#!/usr/bin/env bash
# Writes the trusted proxies for Nginx and starts it. The setting becomes part of Nginx' configuration, so only addresses and
# networks are accepted.
set -euo pipefail

readonly target=/tmp/trusted-proxies.conf

refuse() {
  printf "TRUSTED_PROXIES: '%s' %s\n" "$1" "$2" >&2
  exit 1
}

# address, prefix length (empty: none given), longest prefix
check_prefix() {
  [[ -z $2 || $2 =~ ^[0-9]{1,3}$ ]] || refuse "$1" 'has no prefix length after the slash.'
  [[ -z $2 ]] || (( 10#$2 <= $3 )) || refuse "$1" "has a prefix longer than $3."
  [[ -z $2 ]] || (( 10#$2 > 0 )) || refuse "$1" 'includes every address, so any client could choose its own.'
}

check() {
  local address=${1%%/*} prefix='' octet
  [[ $1 == */* ]] && prefix=${1#*/}
  [[ $1 != */ ]] || refuse "$1" 'has no prefix length after the slash.'
  if [[ $address =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]]; then
    for octet in ${address//./ }; do
      (( 10#$octet <= 255 )) || refuse "$1" 'is not an address.'
    done
    check_prefix "$1" "$prefix" 32
  elif [[ $address == *:* && $address =~ ^[0-9A-Fa-f:]{2,39}$ ]]; then
    check_prefix "$1" "$prefix" 128
  else
    refuse "$1" 'is not an address or network (10.0.0.0/8, 2001:db8::/32).'
  fi
}

list=${TRUSTED_PROXIES:-}
read -r -d '' -a proxies <<<"${list//,/ }" || true
: >"$target"
for proxy in "${proxies[@]}"; do
  check "$proxy"
  printf 'set_real_ip_from %s;\n' "$proxy" >>"$target"
done
# The client is the last address in the header that is not a trusted proxy; it may have invented those before it.
if (( ${#proxies[@]} > 0 )); then
  printf 'real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n' >>"$target"
fi

exec nginx -g 'daemon off;'
