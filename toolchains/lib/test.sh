# Every test on every target, as one ctest run with one summary.
# shellcheck shell=bash

readonly PRESETS=(native-release native-sanitize native-tsan native-fuzz arm64 wasm-simd wasm-scalar)
readonly JS_PRESETS=(native-release wasm-simd wasm-scalar)
# What tests/runtimes runs the package in.
readonly RUNTIMES=(node system-node deno bun chromium firefox workerd arm64 fallback shared stored)

# test [PRESET...] [-R REGEX] [-E REGEX]: sets selected_presets and ctest_options.
parse_test_arguments() {
  selected_presets=()
  ctest_options=()
  while (($#)); do
    case $1 in
      -R | -E)
        (($# > 1)) || die "test: $1 needs a regular expression"
        ctest_options+=("$1" "$2")
        shift
        ;;
      *)
        [[ " ${PRESETS[*]} " == *" $1 "* ]] ||
          die "test: '$1' is neither a preset nor an option" "presets: ${PRESETS[*]}" \
            'options: -R REGEX, -E REGEX'
        selected_presets+=("$1")
        ;;
    esac
    shift
  done
  everything=
  if ((${#selected_presets[@]} == 0)); then
    everything=1
    selected_presets=("${PRESETS[@]}")
  fi
}

is_selected() { [[ " ${selected_presets[*]} " == *" $1 "* ]]; }

are_selected() {
  local preset
  for preset in "$@"; do is_selected "$preset" || return 1; done
}

install_for_tests() {
  local groups=(node build)
  if is_selected native-release; then groups+=(regress); fi
  if is_selected arm64; then groups+=(arm64); fi
  if is_selected native-fuzz; then groups+=(fuzz); fi
  if are_selected "${JS_PRESETS[@]}"; then groups+=(browser); fi
  if [[ -n $everything ]]; then groups+=(lint); fi
  install_packages "${groups[@]}"
}

# What this machine cannot run is said, never skipped in silence.
report_machine() {
  say "machine: $(uname -m), $(nproc) cores, node $(node --version)"
  if [[ $(uname -m) != x86_64 ]]; then return 0; fi
  local flag
  for flag in avx2 avx512_vnni; do
    grep -qw "$flag" /proc/cpuinfo ||
      say "this CPU has no $flag: those kernels are built, and their tests cannot run here"
  done
}

# add_test NAME SECONDS PROPERTIES COMMAND...: prints what ctest reads.
add_test() {
  local name=$1 timeout=$2 properties=$3
  shift 3
  printf 'add_test([=[%s]=]' "$name"
  printf ' [=[%s]=]' "$@"
  printf ')\nset_tests_properties([=[%s]=] PROPERTIES TIMEOUT %s WORKING_DIRECTORY [=[%s]=] %s)\n' \
    "$name" "$timeout" "$ROOT" "$properties"
}

# Prints what every run of a fuzz target is given, one a line: it starts from the corpus in the
# repository and keeps what it finds in build/fuzz. Weighing the corpus by entropy would take longer
# than the runs.
fuzz_options() {
  local found=$BUILD/fuzz/fuzz_$1
  mkdir -p "$found/corpus"
  printf '%s\n' "-seed=${FUZZ_SEED:-1}" -entropic=0 -rss_limit_mb=2048 -timeout=20 "-artifact_prefix=$found/" \
    "$found/corpus" "tests/fuzz/corpus/$1"
}

add_fuzz_tests() {
  local source name options seconds=${FUZZ_SECONDS:-30}
  for source in tests/fuzz/fuzz_*.cpp; do
    name=${source#tests/fuzz/fuzz_} name=${name%.cpp}
    mapfile -t options < <(fuzz_options "$name")
    add_test "native-fuzz.fuzz_$name" $((seconds + 120)) 'LABELS fuzz' \
      "$BUILD/native-fuzz/tests/fuzz/fuzz_$name" "-max_total_time=$seconds" "${options[@]}"
  done
}

# One list of all tests: those of every preset's build, then those that belong to none of them.
write_test_list() {
  printf 'subdirs(%s)\n' "${selected_presets[*]}"
  if is_selected native-fuzz; then add_fuzz_tests; fi
  # What must run one after another, or takes longest, begins first, so that nothing is left alone at the end.
  local in_turn='RESOURCE_LOCK js-lib COST 1'
  if are_selected "${JS_PRESETS[@]}"; then
    add_test js.package 600 "$in_turn" npm --prefix js test
    add_test js.docs 120 '' npm --prefix js run docs
    add_test js.demo 600 "$in_turn" npm --prefix js/demo test
    add_test js.page 600 'PROCESSORS 2' \
      env "DAMASK_PACKAGE=$PAGE_PACKAGE" npm --prefix js/demo/page test
    add_test js.dashboard 600 "$in_turn" npm --prefix tests/dashboard test
    add_test js.golden 300 "$in_turn" node --test tests/golden/golden.test.mjs
    add_test js.crash 600 "$in_turn" node tests/crash/run.mjs 200
    add_test js.bench 600 "$in_turn" node --test bench/*/tests/*.test.mjs
  fi
  if are_selected "${JS_PRESETS[@]}" arm64; then
    add_test gate 900 'PROCESSORS 2' tests/gate/gate "$BUILD"
    add_test js.pack 300 "$in_turn" js/packaging/check "$tarball"
    local runtime
    for runtime in "${RUNTIMES[@]}"; do
      add_test "runtimes.$runtime" 600 'SKIP_RETURN_CODE 77' tests/runtimes/run "$runtime"
    done
  fi
  if [[ -n $everything ]]; then
    local check
    add_test lint.tidy 600 'COST 1' toolchains/lint tidy
    for check in format shell size js; do
      add_test "lint.$check" 600 '' toolchains/lint "$check"
    done
  fi
}

test_command() {
  local selected_presets ctest_options everything preset tarball=
  parse_test_arguments "$@"
  install_for_tests
  report_machine
  npm_install js
  for preset in "${selected_presets[@]}"; do build_preset "$preset"; done
  if are_selected "${JS_PRESETS[@]}"; then
    build_js
    stage_engines
    npm_install tests/dashboard
    prepare_page
  fi
  if are_selected "${JS_PRESETS[@]}" arm64; then
    npm_install tests/runtimes
    npm_install tests/runtimes/arm64
  fi
  write_test_list >"$BUILD/CTestTestfile.cmake"
  say 'testing'
  ctest --test-dir "$BUILD" -j "$JOBS" --timeout 900 --output-on-failure --no-tests=error \
    "${ctest_options[@]}" </dev/null
}
