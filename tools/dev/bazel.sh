# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How ./dev calls Bazel: always the same way, so that nothing is built twice. Sourced by ./dev.

readonly CACHE=${HOME}/.cache/mailroom
# How often each function of the server runs; `./dev profile` writes it (docs/design/0012).
readonly PROFILE=examples/mailroomd/mailroomd.profdata

# Headers under /usr are in no cache key of Bazel's. This names the packages they come from, and the
# compilers. What the tests bring later must not rebuild the server: the release lane leaves it out.
system_hash() {
  local others='^(libclang-rt-|llvm)'
  [ "$1" != release ] || others='^(libclang-rt-|llvm|libbenchmark|libgmock|libgtest|googletest)'
  { dpkg-query -W 2>/dev/null || true; } |
    awk -v others="$others" '$1 ~ others { next }
      $1 ~ /(-dev|-compiler)(:[a-z0-9]+)?$/ || /^(bazel|binutils|clang-[0-9]|g\+\+|gcc)/' |
    sha256sum | cut -c 1-16
}

# The first number of Bazel's version. Debian's build of 4.2.3 calls itself "no_version": the
# package knows.
bazel_major() {
  local version
  version=$(dpkg-query -W -f '${Version}' bazel-bootstrap 2>/dev/null) ||
    version=$(bazel --version | cut -d ' ' -f 2)
  echo "${version%%.*}"
}

# Nothing evicts Bazel's disk cache: what was not read for two weeks goes, looked at once a day.
prune_cache() {
  local stamp=$CACHE/pruned
  [ -z "$(find "$stamp" -mtime -1 2>/dev/null)" ] || return 0
  find "$CACHE" -type f -atime +14 -delete 2>/dev/null || true
  touch "$stamp"
}

# The profile's copy in the cache, named by its content: a compiler's option is in an action's key,
# the file that it names is not. Bazel's own --fdo_optimize wants @bazel_tools//tools/zip:unzip_fdo,
# which Debian's Bazel 4 lacks.
cached_profile() {
  local copy
  copy=$(sha256sum <"$PROFILE") || return
  copy=$CACHE/profiles/${copy:0:16}.profdata
  if [ -e "$copy" ]; then
    touch "$copy" || true # no clone's prune_cache takes it from under a build
  else
    mkdir -p "$CACHE/profiles" && cp "$PROFILE" "$copy.$$" && mv "$copy.$$" "$copy" || return
  fi
  echo "$copy"
}

# bazel_do <command> <config> [arguments]: one command in one lane. The compiler is the lane's own,
# unless MAILROOM_CC names one; CC and CXX of the surroundings are not asked.
bazel_do() {
  local command=$1 config=$2 options=() profile
  shift 2
  options+=(--config="$config" --action_env=MAILROOM_SYSTEM="$(system_hash "$config")")
  # The layering check knows the system's headers by a list that Bazel writes when it looks at the
  # compiler; only a variable that this step reads makes it look again.
  options+=(--repo_env=ABI_LIBC_VERSION="$(system_hash all)")
  if mkdir -p "$CACHE/bazel" 2>/dev/null && [ -w "$CACHE" ]; then
    prune_cache
    options+=(--disk_cache="$CACHE/bazel")
    if [ "$config" = release ]; then
      profile=$(cached_profile) || return
      options+=(--copt=-fprofile-use="$profile")
    fi
  elif [ "$config" = release ]; then
    say "$CACHE can't be written: the server is built without its profile, and slower"
  fi
  [ -z "${MAILROOM_CC:-}" ] || options+=(--repo_env=CC="$MAILROOM_CC")
  [ "$(bazel_major)" -lt 7 ] || options+=(--enable_workspace --noenable_bzlmod)
  env -u CC -u CXX -u BAZEL_CXXOPTS -u BAZEL_LINKOPTS bazel "$command" "${options[@]}" "$@"
}

# test_lane <config> [patterns]: tests in one lane, and counts cases. Bazel counts targets: the
# numbers come from the test logs that its event file names.
test_lane() {
  local config=$1 events bazel_status=0
  shift
  [ $# -gt 0 ] || set -- //...
  events=$(mktemp)
  bazel_do test "$config" --keep_going --build_event_json_file="$events" "$@" >&2 || bazel_status=$?
  python3 -B -m tools.dev.count_cases --bazel-status "$bazel_status" "$events" || bazel_status=1
  rm -f "$events"
  return "$bazel_status"
}
