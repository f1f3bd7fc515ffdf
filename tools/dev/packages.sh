# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034  # the lists are used by ./dev
# Which Debian packages each verb of ./dev wants, and how they get here. Sourced by ./dev.

# What building and running the server takes, and no more: `./dev run` on a bare machine waits for
# these only. The lines that the server prints at its start are for curl.
readonly BUILD_PACKAGES=(
  bazel-bootstrap bazel-platforms bazel-rules-java bazel-rules-proto bazel-skylib
  clang-19 g++ lld-19 curl
  libboost-dev libcli11-dev libconcurrentqueue-dev libfmt-dev libprotobuf-dev libprotoc-dev
  libspdlog-dev libtomlplusplus-dev prometheus-cpp-dev protobuf-compiler zlib1g-dev
)
# What a user's workspace tests with.
readonly WORKSPACE_PACKAGES=(libgmock-dev libgtest-dev python3)
# llhttp, which a fuzz target compares us with: sources among Node's in Debian 12, then a library.
LLHTTP_PACKAGE=libllhttp-dev
! grep -qs '^VERSION_ID="12"' /etc/os-release || LLHTTP_PACKAGE=node-llhttp
readonly TEST_PACKAGES=("${WORKSPACE_PACKAGES[@]}" libbenchmark-dev "$LLHTTP_PACKAGE")
readonly CHECK_PACKAGES=(clang-format-19 git python3)
readonly SANITIZER_PACKAGES=(libclang-rt-19-dev llvm-19)
readonly MODEL_PACKAGES=(gcc libc6-dev python3 spin)
readonly BENCH_PACKAGES=(python3 valgrind wrk)

readonly CLIENT_PACKAGES=(nghttp2-client protobuf-compiler wrk)
readonly PROXY_PACKAGES=(haproxy nginx)

as_root() {
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  # The variable is set inside: sudo drops the caller's environment.
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "$@"
}

# The names among the arguments that are not installed, into the array `missing`.
find_missing() {
  local installed package
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
  missing=()
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || missing+=("$package")
  done
}

# Installs what is missing among the named packages. Those that are there are not named to apt,
# which would upgrade them; recommended packages are left out, for they bring mail servers and
# desktops.
need() {
  local missing log
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: hoping that these are here: $*"
    return
  fi
  find_missing "$@"
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    die "packages are missing, and there is no sudo here. As root: apt-get install ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  log=$(mktemp)
  if ! install_packages "${missing[@]}" >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install: ${missing[*]}"
  fi
  rm -f "$log"
}

install_packages() {
  local wait_for_lock=(-o DPkg::Lock::Timeout=300)
  # A killed install leaves packages unpacked and not configured, and apt refuses to go on.
  [ -z "$(dpkg --audit)" ] || as_root dpkg --configure -a
  # A failed update is not the end: the lists that are there may do.
  as_root apt-get "${wait_for_lock[@]}" -q update || true
  as_root apt-get "${wait_for_lock[@]}" -q -y --no-install-recommends install "$@"
}

# Debian starts a proxy that it installs: not on a developer's machine. Node may be here from
# elsewhere, with an npm of its own that Debian's does not stand beside.
need_clients() {
  local missing package
  need "${CLIENT_PACKAGES[@]}"
  command -v node >/dev/null || need nodejs
  command -v npm >/dev/null || need npm
  find_missing "${PROXY_PACKAGES[@]}"
  need "${PROXY_PACKAGES[@]}"
  [ -d /run/systemd/system ] || return 0
  for package in "${missing[@]}"; do
    as_root systemctl disable --now "$package"
  done
}
