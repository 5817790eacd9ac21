#!/usr/bin/env bash
# clang-tidy over everything but the files that need LibTorch, whose headers it does not read.
# Usage: tools/tidy.sh [FILE…]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cmake --preset tidy >/dev/null
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(
  git ls-files 'app/*.cpp' 'core/*.cpp' | grep -v '_torch\.cpp$'
)
printf '%s\0' "${files[@]}" |
  xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/tidy --quiet --warnings-as-errors='*' 2>/dev/null
