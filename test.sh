#!/usr/bin/env bash
# Everything that must hold: style, static analysis, sanitizers, then all tests of the release
# build. Ends with CTest's summary. Usage: ./test.sh [ctest arguments for the last part]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
jobs=$(nproc)

part() { printf '\n== %s (%d s)\n' "$1" "$SECONDS" >&2; }

part "packages"
tools/packages.sh test

part "format"
git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run -Werror

# configure PRESET: quiet unless it fails.
# run.sh configures without tests, and CMake remembers that.
configure() { cmake --preset "$1" "${@:2}" >/dev/null; }
build() { cmake --build --preset "$1" -j "$jobs" "${@:2}" -- --quiet >&2; }
check() { ctest --test-dir "build/$1" --output-on-failure -j "$jobs" "${@:2}"; }

part "ThreadSanitizer, without LibTorch"
configure tsan
build tsan --target thread_tests
TSAN_OPTIONS="halt_on_error=1 suppressions=$root/tests/support/tsan.supp" check tsan -L 'thread'

# The layers that read files and do arithmetic; all_tests builds every one (half an hour more).
part "address and undefined-behaviour sanitizers"
configure asan
build asan --target test_base_unit test_io_unit test_geometry_unit test_theory_unit test_data_unit
ASAN_OPTIONS="detect_stack_use_after_return=1" UBSAN_OPTIONS="print_stacktrace=1" \
  LSAN_OPTIONS="suppressions=$root/tests/support/lsan.supp" check asan -L 'unit'

part "clang-tidy"
tools/tidy.sh --new

part "release"
configure release -DANISO_TESTS=ON -DANISO_BENCH=ON
build release
part "all tests"
check release "$@"
