# The npm package: builds of the engine beside the JavaScript, bundled, checked, in one tarball.
# shellcheck shell=bash

# node's name for this machine's architecture, for instance x64.
node_architecture() { node -p process.arch; }

# stage FROM TO [MODE]: copies when the bytes differ, so that nothing looks newer than it is.
stage() {
  if [[ -L $2 ]] || ! cmp -s "$1" "$2"; then install -D -m "${3:-644}" "$1" "$2"; fi
}

# stage_addon PRESET ARCHITECTURE STRIP: the addon of a preset's build, without its symbols.
stage_addon() {
  local stripped=$BUILD/$1/native/addon/damask.stripped
  "$3" -o "$stripped" "$BUILD/$1/native/addon/damask.node"
  stage "$stripped" "js/prebuilds/linux-$2/damask.node" 755
}

# Puts the engine where js/lib and js/dist look for it. Of the two modules' glue one copy is used.
stage_engines() {
  local target architecture
  cmp "$BUILD"/wasm-{simd,scalar}/wasm/damask.mjs ||
    die 'the glue of wasm-simd and wasm-scalar differs: one file must serve both'
  for target in simd scalar; do
    stage "$BUILD/wasm-$target/wasm/damask.wasm" "js/wasm/$target/damask.wasm"
    stage "$BUILD/wasm-$target/wasm/damask.mjs" "js/wasm/$target/damask.mjs"
  done
  architecture=$(node_architecture)
  if [[ -f $BUILD/native-release/native/addon/damask.node ]]; then
    stage_addon native-release "$architecture" strip
  fi
  if [[ $architecture == x64 && -f $BUILD/arm64/native/addon/damask.node ]]; then
    stage_addon arm64 arm64 aarch64-linux-gnu-strip
  fi
}

# Leaves dist/damask-<version>.tgz, of builds that are there, and sets tarball.
make_package() {
  stage_engines
  stage LICENSE js/LICENSE
  say 'packing'
  mkdir -p dist
  rm -f dist/damask-*.tgz
  run_logged pack js/packaging/pack dist
  tarball=$(echo dist/damask-*.tgz)
}

pack_command() {
  local tarball
  (($# == 0)) || die "pack: unknown argument '$1'" 'it packs everything, and takes none'
  local groups=(node build)
  [[ $(uname -m) != x86_64 ]] || groups+=(arm64)
  install_packages "${groups[@]}"
  npm_install js
  build_preset native-release damask_addon
  if [[ $(uname -m) == x86_64 ]]; then
    build_preset arm64 damask_addon
  else
    say "left out: prebuilds/linux-x64, as this machine is $(uname -m) and has no compiler for it"
  fi
  build_preset wasm-simd damask_wasm
  build_preset wasm-scalar damask_wasm
  build_js
  make_package
  say 'checking'
  run_logged check-package js/packaging/check "$tarball"
  sed -n '/^sha256/,$p' "$(log_path check-package)"
  say "packed $tarball"
}
