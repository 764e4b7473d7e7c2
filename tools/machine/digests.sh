# Records the digest of an official image at its first pull, because tags move. Later runs use that image until
# ./gatehouse images update. Stand-ins are built on this machine and need no digest.
# shellcheck shell=bash

# One line per image: NAME:TAG NAME@sha256:DIGEST
digests_file=$state/digests

# digests_pinned NAME:TAG
digests_pinned() {
  [ -f "$digests_file" ] || return 0
  awk -v image="$1" '$1 == image && $2 ~ /@sha256:[0-9a-f]+$/ { pinned = $2 } END { if (pinned) print pinned }' "$digests_file"
}

# digests_of NAME:TAG: empty for an image that was not pulled (docker load).
digests_of() {
  docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" |
    grep -E "^${1%:*}@sha256:[0-9a-f]{64}\$" | head -n 1 || true
}

# digests_pin NAME:TAG
digests_pin() {
  local digest
  digest=$(digests_of "$1")
  [ -n "$digest" ] || return 0
  mkdir -p "$state"
  { grep -vF "$1 " "$digests_file" 2>/dev/null || true; printf '%s %s\n' "$1" "$digest"; } >"$digests_file.new"
  mv "$digests_file.new" "$digests_file"
}

# digests_pull_and_pin NAME:TAG: prints the old and the new digest.
digests_pull_and_pin() {
  local before
  before=$(digests_pinned "$1")
  docker pull --quiet "$1" >/dev/null
  digests_pin "$1"
  if [ "$before" = "$(digests_pinned "$1")" ]; then
    say "$1  unchanged: ${before:-no digest}"
  else
    say "$1  ${before:-no digest} -> $(digests_pinned "$1")"
  fi
}
