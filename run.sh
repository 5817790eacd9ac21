#!/usr/bin/env bash
# Installs what is missing, builds, and starts Anisoscope with the given arguments.
# ANISO_PRESET=portable builds for any machine of this architecture instead of this one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
preset=${ANISO_PRESET:-release}
build="$root/build/$preset"

"$root/tools/packages.sh" build
if [ ! -f "$build/build.ninja" ]; then
  (cd "$root" && cmake --preset "$preset" -DANISO_TESTS=OFF -DANISO_BENCH=OFF) >&2
fi
ninja -C "$build" --quiet app/anisoscope >&2
exec "$build/app/anisoscope" "$@"
