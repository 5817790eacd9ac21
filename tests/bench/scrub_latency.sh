#!/usr/bin/env bash
# How long every view takes to follow the time line: from a key or a drag to the drawn frame in
# which all tiles show the step. Usage: tests/bench/scrub_latency.sh [VIEWS] [LOOKS]
# Needs a display or Xvfb, and xdotool. Goal: 100 ms.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program="$root/build/release/app/anisoscope"
views=${1:-4}  # tiles on the stage, 1 … 4
looks=${2:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"; [ -z "${xvfb:-}" ] || kill "$xvfb" 2>/dev/null || :' EXIT

if [ -z "${DISPLAY:-}" ]; then
  Xvfb -displayfd 3 -screen 0 1600x900x24 3>"$work/display" 2>/dev/null &
  xvfb=$!
  while [ ! -s "$work/display" ]; do sleep 0.1; done
  DISPLAY=:$(cat "$work/display")
  export DISPLAY
fi
export XDG_CONFIG_HOME="$work/config"
mkdir -p "$work/config/anisoscope"
tiles=$(printf '{"view": "%s"}\n' field curves trajectory weight_spectra | head -"$views" | paste -sd,)
echo "{\"view_state\": {\"tiles\": [$tiles]}}" >"$work/config/anisoscope/preferences.json"

# 500 steps at full speed take a moment; then one look a second, each at a stored step.
"$program" --preset rotated-plane-mlp -D views.steps_per_s=0 --window-size 1600x900 \
  --measure "$((looks + 8))" >"$work/report" 2>/dev/null &
window=$!
sleep 6
for look in $(seq "$looks"); do
  case $((look % 4)) in
    1) xdotool key Home ;;
    2) xdotool key ctrl+Right ;;
    3) xdotool key shift+Right ;;
    0) xdotool key End ;;
  esac
  sleep 1
done
wait "$window"
grep -E '^(scrubs|scrub_ms_median|scrub_ms_max|renderer) ' "$work/report"
