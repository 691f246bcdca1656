# The Debian packages that each job needs, and how the missing ones are installed.
# shellcheck shell=bash

# One package a line: group, Debian's name, and what must exist for it to count as present: a
# command, or a path (with a slash; may be a pattern). Checking for the thing itself lets a tool from
# another source, such as a newer node, stand in for Debian's package.
readonly PACKAGE_TABLE='
node  nodejs                   node
node  npm                      npm
node  python3                  python3
node  libpython3.11-testsuite  /usr/lib/python3.11/test/test_grammar.py
build g++                      g++
build cmake                    cmake
build ninja-build              ninja
build libhnswlib-dev           /usr/include/hnswlib/hnswlib.h
build libcereal-dev            /usr/include/cereal/cereal.hpp
build libxxhash-dev            /usr/include/xxhash.h
build libexpected-dev          /usr/include/tl/expected.hpp
build libutfcpp-dev            /usr/include/utf8cpp/utf8.h
build robin-map-dev            /usr/include/tsl/robin_map.h
build nlohmann-json3-dev       /usr/include/nlohmann/json.hpp
build libcli11-dev             /usr/include/CLI/CLI.hpp
build libfmt-dev               /usr/include/fmt/format.h
build libssl-dev               /usr/include/openssl/evp.h
build catch2                   /usr/include/catch2/catch.hpp
build emscripten               /usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake
rivals libfaiss-dev            /usr/include/faiss/IndexHNSW.h
rivals libopenblas-pthread-dev  /usr/lib/*/openblas-pthread/libblas.so
regress valgrind               valgrind
arm64 g++-aarch64-linux-gnu    aarch64-linux-gnu-g++
arm64 qemu-user                qemu-aarch64
fuzz  clang                    clang++
fuzz  libclang-rt-14-dev       /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a
lint  clang-format             clang-format
lint  clang-tidy               clang-tidy
lint  shellcheck               shellcheck
browser chromium               chromium
browser firefox-esr            firefox-esr
'

is_present() {
  case $1 in
    */*) compgen -G "$1" >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Prints the packages of the given groups whose thing is not there.
missing_packages() {
  local group package thing
  while read -r group package thing; do
    [[ -n $group && " $* " == *" $group "* ]] || continue
    is_present "$thing" || printf '%s\n' "$package"
  done <<<"$PACKAGE_TABLE"
}

# Checked before anything is installed: an old node on PATH would win over Debian's.
check_node_version() {
  command -v node >/dev/null || return 0
  local version
  version=$(node --version) || die "$(command -v node) does not run"
  version=${version#v}
  if ((${version%%.*} < 18)); then
    die "node $version at $(command -v node) is too old: damask needs node 18 or newer" \
      'upgrade it, or take it off PATH and run again: Debian 12 brings node 18'
  fi
}

# Refuses, with the command to run instead, where packages are missing and cannot be installed.
check_can_install() {
  local command="apt-get install -y --no-install-recommends $*"
  command -v apt-get >/dev/null || die "missing packages: $*" \
    'there is no apt-get: this script installs on Debian 12 only' \
    'on another system, install what these packages bring and run again'
  if ((EUID == 0)); then return 0; fi
  command -v sudo >/dev/null || die "missing packages: $*" \
    "$(id -un) may not install packages and there is no sudo" "run as root: $command"
  sudo -n true 2>/dev/null || die "missing packages: $*" \
    'sudo asks for a password, and this script asks no questions' \
    "run first: sudo -v (or: sudo $command)"
}

apt() {
  local as_root=()
  if ((EUID != 0)); then as_root=(sudo -n); fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

# True when there is a package list that is at most a week old.
has_recent_lists() {
  [[ -n $(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -7 -print -quit 2>/dev/null) ]]
}

# The same for what is missing of some groups, before the first of several installations.
check_can_install_missing() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]})); then check_can_install "${missing[@]}"; fi
}

# install_packages GROUP...: what is missing of these groups, or nothing at all.
install_packages() {
  local missing log updated=
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  check_can_install "${missing[@]}"
  log=$(log_path apt)
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  : >"$log"
  if ! has_recent_lists; then
    apt update >>"$log" 2>&1 || true
    updated=1
  fi
  if ! apt install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    if [[ -z $updated ]] && apt update >>"$log" 2>&1 &&
      apt install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
      :
    else
      show_log "$log" 20
      die 'apt could not install what is missing' "asked for: ${missing[*]}" "log: $log"
    fi
  fi
  check_installed "$@"
}

# A package that apt installed but whose thing is elsewhere means another release of Debian.
check_installed() {
  local left
  hash -r
  mapfile -t left < <(missing_packages "$@")
  ((${#left[@]} == 0)) || die "installed, but not where Debian 12 has it: ${left[*]}" \
    "this is $(. /etc/os-release && echo "$PRETTY_NAME"); damask is built and tested on Debian 12"
}
