#!/usr/bin/env bash
# clang-tidy over everything but the files that need LibTorch, whose headers it does not read.
# Usage: tools/tidy.sh [--new | FILE…]
#   --new   only what has changed since the commit in tools/tidy_checked, up to which all of it was
#           checked: a file takes about ten seconds. Whoever runs it without arguments moves the mark.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cmake --preset tidy >/dev/null
all() { git ls-files 'app/*.cpp' 'core/*.cpp' | grep -v '_torch\.cpp$'; }
files=("$@")
if [ "${1:-}" = --new ]; then
  mark=$(cat tools/tidy_checked)
  if git cat-file -e "$mark^{commit}" 2>/dev/null; then
    mapfile -t files < <(comm -12 <(all | sort) <(git diff --name-only "$mark" | sort))
    [ ${#files[@]} -gt 0 ] || exit 0
  else
    files=()  # a clone without that history
  fi
fi
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(all)
printf '%s\0' "${files[@]}" |
  xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/tidy --quiet --warnings-as-errors='*' 2>/dev/null
