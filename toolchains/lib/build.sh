# Configuring and building: CMake presets and JavaScript packages. Every step is a no-op when its
# inputs have not changed.
# shellcheck shell=bash

JOBS=${DAMASK_JOBS:-$(nproc)}

# is_stamped NAME KEY: true when the step NAME was last done with the same KEY.
is_stamped() { [[ -f $BUILD/stamps/$1 && $(<"$BUILD/stamps/$1") == "$2" ]]; }
stamp() { printf '%s\n' "$2" >"$BUILD/stamps/$1"; }
hash_of() { cat "$@" | sha256sum | cut -c1-64; }

configure_preset() {
  local preset=$1 key launcher=
  if [[ $preset != wasm-* ]]; then launcher=$(command -v ccache || true); fi
  # What a benchmark compares with may be installed after a build was configured without it.
  key="$(hash_of CMakePresets.json toolchains/*.cmake) $launcher $(compgen -G /usr/include/faiss || true)"
  if [[ -f $BUILD/$preset/build.ninja ]] && is_stamped "configure-$preset" "$key"; then return 0; fi
  run_logged "configure-$preset" \
    cmake --preset "$preset" "-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher"
  stamp "configure-$preset" "$key"
}

# build_preset PRESET [TARGET...]: all targets when none is named.
build_preset() {
  local preset=$1
  shift
  configure_preset "$preset"
  say "building $preset${1:+: $*}"
  run_logged "build-$preset" cmake --build --preset "$preset" -j "$JOBS" ${1:+--target "$@"}
}

# Compiles the package's TypeScript, and makes the dashboard's page, when a source is newer than the last time.
build_js() {
  local mark=$BUILD/stamps/js-lib
  if [[ -d js/lib && -f $mark && -z $(find js/src js/packaging js/*.json -newer "$mark" -print -quit) ]]; then
    return 0
  fi
  say 'building the JavaScript package'
  run_logged build-js npm --prefix js run build
  touch "$mark"
}

# Installs a JavaScript package's dependencies exactly as its lock file says. The native presets
# need those of js before they are configured: Node-API's headers are among them.
npm_install() {
  local folder=$1 name=${1//\//-} key
  key="$(hash_of "$folder/package-lock.json") $(node --version)"
  if [[ -d $folder/node_modules ]] && is_stamped "npm-$name" "$key"; then return 0; fi
  say "installing npm packages of $folder"
  run_logged "npm-$name" npm ci --prefix "$folder" --no-audit --no-fund
  stamp "npm-$name" "$key"
}
