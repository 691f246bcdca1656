# The page: the demo in a browser, built on the packed npm package as its users would, and served.
# shellcheck shell=bash

readonly PAGE_PACKAGE=$BUILD/page/package

# What the page and its tests need, of builds that are there. A package that is unpacked does not
# change while a page is built on it.
prepare_page() {
  npm_install js/demo
  npm_install js/demo/page
  make_package
  rm -rf "$PAGE_PACKAGE"
  mkdir -p "$PAGE_PACKAGE"
  tar -xzf dist/damask-*.tgz -C "$PAGE_PACKAGE" --strip-components=1
}

page_command() {
  [[ -f $BUILD/demo/tests.damask ]] || demo_command
  install_packages node build
  npm_install js
  build_preset native-release damask_addon
  build_preset wasm-simd damask_wasm
  build_preset wasm-scalar damask_wasm
  build_js
  prepare_page
  say 'building the page'
  cd js/demo/page
  export DAMASK_PACKAGE=$PAGE_PACKAGE
  node make_data.mjs --damask "$DAMASK_PACKAGE"
  run_logged page npm run build
  say 'serving the page; Ctrl-C ends it'
  # Others may use bootstrap meanwhile.
  exec 9>&-
  exec node node_modules/vite/bin/vite.js preview "$@"
}
