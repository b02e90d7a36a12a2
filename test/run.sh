#!/usr/bin/env bash
# test/run.sh [--full]: installs what is missing, builds, and runs the tests.
# --full adds the second compiler, the benchmarks, the sanitizers, CMake's consumer and the long runs.
# The last line is "N passed, N failed, N skipped".
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
source test/support/packages.sh

full=false
(($# <= 1)) || { echo "usage: test/run.sh [--full]" >&2; exit 2; }
case "${1:-}" in
  "") ;;
  --full) full=true; export TENON_LONG=1 ;;
  *) echo "usage: test/run.sh [--full]" >&2; exit 2 ;;
esac

export CCACHE_SLOPPINESS=pch_defines,time_macros  # as ccache wants it of precompiled headers
passed=0 failed=0 skipped=0

# build_and_test FOLDER OPTION...: counts what meson counts; a build that fails is one failure.
build_and_test() {
  local folder=build/$1 log ok=0; shift
  local options=(-Dtests=enabled -Dexamples=enabled -Dmpi=enabled -Doptimization=1 -Db_ndebug=false
                 -Dunity=on -Dunity_size=36 "$@")  # tests of a room, three dozen files at once
  if [[ -e $folder/build.ninja ]]; then options+=(--reconfigure); fi
  echo "== $folder"
  mkdir -p build
  log=$root/$folder.log
  { meson setup "$folder" "${options[@]}" && ninja -C "$folder" -k 0; } >"$log" 2>&1 || ok=$?
  if ((ok)); then
    grep -vE '^\[[0-9]+/[0-9]+\]|^Configuring ' "$log" || true
    echo "== $folder: it does not build"
    failed=$((failed + 1))
    return
  fi
  meson test -C "$folder" --no-rebuild --print-errorlogs --timeout-multiplier "${slower:-1}" | tee "$log" || true
  passed=$((passed + $(count "$log" Ok) + $(count "$log" 'Expected Fail')))
  failed=$((failed + $(count "$log" Fail) + $(count "$log" 'Unexpected Pass') + $(count "$log" Timeout)))
  skipped=$((skipped + $(count "$log" Skipped)))
  grep -q '^Ok: ' "$log" || failed=$((failed + 1))
}
count() { awk -F: -v name="$2" '$1 == name { n = $2 } END { print n + 0 }' "$1"; }

install_missing "${program_packages[@]}" doctest-dev
build_and_test test
if $full; then
  install_missing clang-14 libclang-rt-14-dev cmake
  CXX="$(command -v ccache || true) clang++-14" build_and_test clang -Dbench=enabled -Dall_headers=true -Dunity=off
  export ASAN_OPTIONS=strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  export LSAN_OPTIONS=suppressions=$root/test/support/lsan.supp:print_suppressions=0
  export TENON_TEST_TIMEOUT=300 slower=5
  build_and_test sanitizers -Db_sanitize=address,undefined -Doptimization=1 -Ddebug=true
fi

echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
