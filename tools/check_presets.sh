#!/usr/bin/env bash
# Runs presets and holds each to what it promises. Usage: tools/check_presets.sh [PRESET…]
#   PROGRAM=…  the program (build/release/app/anisoscope)
# All of them take about half an hour on two cores. Exit code 1 where one fails.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${PROGRAM:-$root/build/release/app/anisoscope}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
presets=("$@")
if [ ${#presets[@]} -eq 0 ]; then
  for file in "$root"/assets/presets/*.json; do presets+=("$(basename "$file" .json)"); done
fi
failed=0
for preset in "${presets[@]}"; do
  code=0
  "$program" run --preset "$preset" --check --figures none --out "$scratch/$preset" \
    >"$scratch/log" 2>"$scratch/errors" || code=$?
  echo "$preset: exit code $code"
  grep '^check: ' "$scratch/log" || tail -1 "$scratch/errors"
  [ $code -eq 0 ] || failed=1
done
exit $failed
