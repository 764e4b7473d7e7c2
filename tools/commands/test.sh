# shellcheck shell=bash

command_test() {
  local kind kinds=("$@")
  [ "$#" -gt 0 ] || kinds=(check unit service e2e attacks)
  for kind in "${kinds[@]}"; do
    case $kind in
      check | unit | service | e2e | attacks | faults) ;;
      *)
        printf 'There are no tests of the kind "%s"; there are: check, unit, service, e2e, attacks, faults.\n' "$kind" >&2
        exit 2
        ;;
    esac
  done

  step packages "$packages_advice" ensure_packages
  case " ${kinds[*]} " in
    *' service '* | *' e2e '* | *' attacks '* | *' faults '*)
      step engine 'See also: ./gatehouse doctor' ensure_engine
      ensure_images
      ;;
  esac
  case " ${kinds[*]} " in
    *' e2e '* | *' attacks '* | *' faults '*)
      step build 'Mend what the log names, then run the tests again.' docker compose build
      ;;
  esac
  case " ${kinds[*]} " in
    *' e2e '*)
      step chromium 'The test of Swagger UI needs a browser; CHROMIUM_PATH names one that is elsewhere.' ensure_chromium
      use_chromium
      ;;
  esac
  # Silent: npm's own words about a failed run would come after the last line.
  exec npm run --silent test:all -- "${kinds[@]}"
}

find_chromium() {
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

ensure_chromium() {
  if ! find_chromium >/dev/null; then apt_install chromium; fi
  note "$(find_chromium)"
}

use_chromium() {
  CHROMIUM_PATH=$(find_chromium)
  export CHROMIUM_PATH
}
