# Step lines, logs and failures: what every other part of bootstrap speaks through.
# shellcheck shell=bash

# Prints one step line with the seconds since the start.
say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

# Prints why bootstrap stops, one argument a line, and stops.
die() {
  printf 'bootstrap: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

log_path() { printf '%s/logs/%s.log' "$BUILD" "$1"; }

# Shows the end of a log that a failed step left.
show_log() {
  printf '%s\n' "---- the last lines of ${1#"$ROOT"/} ----" >&2
  tail -n "${2:-40}" "$1" >&2
  printf '%s\n' '----' >&2
}

# run_logged NAME COMMAND...: output to build/logs/NAME.log, shown when the command fails.
run_logged() {
  local name=$1 log
  log=$(log_path "$name")
  shift
  if "$@" </dev/null >"$log" 2>&1; then return 0; fi
  show_log "$log"
  die "step '$name' failed" "command: $*" "log: $log"
}

# Creates the folders that bootstrap writes to and keeps a second bootstrap out of this checkout.
open_workspace() {
  mkdir -p "$BUILD/logs" "$BUILD/stamps" 2>/dev/null || true
  if [[ ! -w $BUILD/logs || ! -w $BUILD/stamps ]]; then
    die "$BUILD is not writable by $(id -un)" \
      'an earlier run by another user made it: run as that user, or remove the folder'
  fi
  exec 9>"$BUILD/bootstrap.lock"
  if ! flock -n 9; then
    say 'another bootstrap is at work in this checkout: waiting for it'
    flock 9
  fi
}
