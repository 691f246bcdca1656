# Benchmarks: programs in C++, and scripts that need the package's engines.
# shellcheck shell=bash

# What a script that uses the JavaScript package runs on.
build_engines() {
  build_preset native-release damask_addon
  build_preset wasm-simd damask_wasm
  build_preset wasm-scalar damask_wasm
  build_js
  stage_engines
}

# bench_script SCRIPT ARGS...: a folder of its own may bring packages of its own.
bench_script() {
  local script=$1 folder
  folder=$(dirname "$script")
  shift
  if [[ $folder != bench/js && -f $folder/package-lock.json ]]; then npm_install "$folder"; fi
  # Pictures and counted instructions need no engine for JavaScript.
  case $folder in
    bench/plots | bench/regress | bench/limits) ;;
    *) build_engines ;;
  esac
  case $folder in
    bench/regress | bench/limits) build_preset native-release "damask_bench_${folder#bench/}" ;;
    bench/targets)
      npm_install tests/runtimes
      # Browsers, Deno and Bun are given what the package brings them.
      mkdir -p "$BUILD/targets"
      run_logged bundle js/packaging/pack "$BUILD/targets"
      ;;
  esac
  node "$script" "$@"
}

bench_command() {
  (($#)) || die 'bench: which one?' 'for instance: toolchains/bootstrap bench search -- --help'
  local name=$1 groups=(node build)
  shift
  if [[ ${1-} == -- ]]; then shift; fi
  case $name in
    search) groups+=(rivals) ;;
    regress | limits) groups+=(regress) ;;
    targets) groups+=(browser) ;;
  esac
  install_packages "${groups[@]}"
  npm_install js
  if [[ $name == js-* ]]; then
    [[ -f bench/js/${name#js-}.mjs ]] || die "bench: there is no bench/js/${name#js-}.mjs"
    if [[ $name == js-overhead ]]; then build_preset native-release damask_bench_overhead; fi
    bench_script "bench/js/${name#js-}.mjs" "$@"
  elif [[ -f bench/$name/main.mjs ]]; then
    bench_script "bench/$name/main.mjs" "$@"
  else
    [[ -f bench/$name/main.cpp ]] || die "bench: there is no benchmark '$name'"
    build_preset native-release "damask_bench_$name"
    "$BUILD/native-release/bench/damask_bench_$name" "$@"
  fi
}
