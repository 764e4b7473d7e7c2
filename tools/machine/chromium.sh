# The browser that one end-to-end test needs.
# shellcheck shell=bash

chromium_find() {
  local name
  if [ -n "${CHROMIUM_PATH:-}" ]; then
    printf '%s\n' "$CHROMIUM_PATH"
    return
  fi
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name"; then return; fi
  done
  return 1
}

chromium_ensure() {
  if ! chromium_find >/dev/null; then apt_install chromium; fi
  step_note "$(chromium_find)"
}

chromium_use() {
  CHROMIUM_PATH=$(chromium_find)
  export CHROMIUM_PATH
}
