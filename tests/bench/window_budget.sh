#!/usr/bin/env bash
# What the window costs the training: steps/s headless and with the window open, in turn, and the
# ratio of the medians. Also frame times, CPU use while paused, and the time to the first picture.
# Usage: tests/bench/window_budget.sh [PAIRS] [SECONDS] [VIEWS]     (a display, or Xvfb, is needed)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program="$root/build/release/app/anisoscope"
pairs=${1:-5}
seconds=${2:-8}
views=${3:-3}  # tiles on the stage, 1 … 4
preset=rotated-plane-mlp
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

median() { sort -g | awk '{v[NR]=$1} END {print (NR%2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2)}'; }
field() { awk -v key="$1" '$1 == key {print $2}'; }

steps=$("$program" run --preset $preset -D training.steps=5000 --out "$work/warm" 2>/dev/null |
  tail -1 | awk -v s="$seconds" '{print int($4 * s)}')
for pair in $(seq "$pairs"); do
  "$program" run --preset $preset -D training.steps="$steps" --analyses none \
    --out "$work/headless$pair" 2>/dev/null | tail -1 | awk '{print $4}' >>"$work/headless"
  "$program" --preset $preset -D training.steps=100000000 -D views.steps_per_s=0 \
    --window-size 1600x900 --measure "$seconds" >"$work/report" 2>/dev/null
  field steps_per_s <"$work/report" >>"$work/window"
  field frame_ms_p99 <"$work/report" >>"$work/p99"
  field frame_ms_median <"$work/report" >>"$work/p50"
  field first_picture_s <"$work/report" >>"$work/first"
  field of_headless <"$work/report" >>"$work/shown"
  echo "pair $pair: headless $(tail -1 "$work/headless") steps/s, window $(tail -1 "$work/window") steps/s"
done
"$program" --preset $preset --paused --window-size 1600x900 --measure "$seconds" >"$work/idle" 2>/dev/null

headless=$(median <"$work/headless")
window=$(median <"$work/window")
echo "headless_steps_per_s $headless"
echo "window_steps_per_s $window"
awk -v w="$window" -v h="$headless" 'BEGIN {printf "ratio %.3f\n", w / h}'
echo "ratio_shown_on_screen $(median <"$work/shown")"
echo "frame_ms_median $(median <"$work/p50")"
echo "frame_ms_p99 $(median <"$work/p99")"
echo "first_picture_s $(median <"$work/first")"
echo "paused_cpu_share $(field cpu_share <"$work/idle")"
echo "renderer $(grep '^renderer' "$work/idle" | cut -d' ' -f2-)"
