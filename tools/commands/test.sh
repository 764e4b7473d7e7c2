# shellcheck shell=bash

command_test() {
  local kind kinds=("$@")
  [ "$#" -gt 0 ] || kinds=(check unit service e2e attacks)
  for kind in "${kinds[@]}"; do
    case $kind in
      check | unit | service | e2e | attacks | faults | mutants) ;;
      *)
        printf 'There are no tests of the kind "%s"; there are: check, unit, service, e2e, attacks, faults, mutants.\n' "$kind" >&2
        exit 2
        ;;
    esac
  done

  step_run packages "$npm_advice" npm_ensure_packages
  case " ${kinds[*]} " in
    *' service '* | *' e2e '* | *' attacks '* | *' faults '* | *' mutants '*)
      step_run engine 'See also: ./gatehouse doctor' engine_ensure
      images_ensure
      ;;
  esac
  case " ${kinds[*]} " in
    *' e2e '* | *' attacks '* | *' faults '*)
      step_run build 'Fix what the log reports, then run the tests again.' docker compose build
      ;;
  esac
  case " ${kinds[*]} " in
    *' e2e '*)
      step_run chromium 'The test of Swagger UI needs Chromium; set CHROMIUM_PATH if it is not in PATH.' chromium_ensure
      chromium_use
      ;;
  esac
  # --silent, because npm's messages about a failed run would follow the last line.
  exec npm run --silent test:all -- "${kinds[@]}"
}
