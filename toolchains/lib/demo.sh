# The main job: questions in plain English, answered from real tests on every kind of build.
# shellcheck shell=bash

# What the demo's own packages and data need, beside the builds: embedding takes one core.
prepare_demo() {
  npm_install js/demo
  run_logged demo-prepare node js/demo/prepare.mjs "$@"
}

demo_command() {
  local preparing prepare_options=()
  if [[ " $* " == *' --all '* ]]; then prepare_options=(--all); fi
  check_can_install_missing node build
  install_packages node
  say 'preparing the tests to search, in the background'
  # A process group of its own, so that a failure here ends all of it.
  set -m
  prepare_demo "${prepare_options[@]}" &
  preparing=$!
  set +m
  # shellcheck disable=SC2064
  trap "kill -- -$preparing 2>/dev/null || true" EXIT
  install_packages build
  npm_install js
  build_preset native-release damask_cli
  build_preset wasm-simd damask_wasm
  build_preset wasm-scalar damask_wasm
  build_js
  say 'waiting for the tests to search'
  wait "$preparing" || exit 1
  trap - EXIT
  cat "$(log_path demo-prepare)"
  say 'asking'
  node js/demo/run.mjs "$@"
  say 'done'
}
