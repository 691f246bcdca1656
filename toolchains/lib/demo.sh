# The main job: questions in plain English, answered from real tests on every kind of build.
# shellcheck shell=bash

# Steps that run beside the others, each in a process group of its own: a failure ends all of them.
background=()

start() {
  set -m
  "$@" &
  background+=($!)
  set +m
}

# Waits for the step started last.
finish_last() {
  wait "${background[-1]}" || exit 1
  unset 'background[-1]'
}

stop_background() {
  local leader
  for leader in "${background[@]}"; do kill -- -"$leader" 2>/dev/null || true; done
}

# Embedding takes minutes of one core: it begins as soon as it can.
prepare_demo() {
  npm_install js/demo
  run_logged demo-prepare node js/demo/prepare.mjs "$@"
}

prepare_js() {
  npm_install js
  build_js
}

demo_command() {
  local prepare_options=()
  if [[ " $* " == *' --all '* ]]; then prepare_options=(--all); fi
  trap stop_background EXIT
  check_can_install_missing node build
  install_packages node
  say 'preparing the tests to search, in the background'
  start prepare_demo "${prepare_options[@]}"
  start prepare_js
  install_packages build
  finish_last
  # Together, because each ends with one long link that leaves the other cores idle.
  start build_preset wasm-simd damask_wasm
  start build_preset wasm-scalar damask_wasm
  build_preset native-release damask_cli
  while ((${#background[@]})); do finish_last; done
  stage_engines
  cat "$(log_path demo-prepare)"
  say 'asking'
  node js/demo/run.mjs "$@"
  say 'done'
}
