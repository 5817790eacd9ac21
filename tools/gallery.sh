#!/usr/bin/env bash
# One picture of the output field per dataset and architecture, after a short training, on contact
# sheets to be looked at. Usage: tools/gallery.sh FOLDER [ARCHITECTURE…]   (needs imagemagick)
#   PROGRAM=…  the program (build/release/app/anisoscope)    STEPS=…  of each run (300)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${PROGRAM:-$root/build/release/app/anisoscope}
steps=${STEPS:-300}
if [ $# -lt 1 ]; then
  sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
out=$1
shift
mkdir -p "$out"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The ids of one kind, from the program itself.
ids() {
  "$program" list --json | awk -v kind="\"$1\":" '
    $1 == kind { inside = 1; next }
    inside && /^  \]/ { exit }
    inside && $1 == "\"id\":" { gsub(/[",]/, "", $2); print $2 }'
}

architectures=("$@")
if [ ${#architectures[@]} -eq 0 ]; then
  architectures=(mlp)
  for id in $(ids architectures); do
    [ "$id" != mlp ] && [ ${#architectures[@]} -lt 3 ] && architectures+=("$id")
  done
fi

# What only a person could give: three strokes.
drawn='dataset.points=[-2,-2,0,-1.5,-1.2,0,-1,-2,0,-1.8,-0.6,0,0,2,1,0.4,1.4,1,-0.5,1.6,1,0.9,1.9,1,2,-1,0,1.4,-1.6,0,1.9,-0.2,0,1.2,-0.8,0]'

# A run with a fitting objective; where the architecture needs more inputs, 64 of them as an image.
train() {
  local dataset=$1 architecture=$2 folder=$3 extra=() tries=()
  [ "$dataset" = drawn ] && extra=(-D "$drawn" -D training.batch_size=0)
  tries=("-D objective.id=cross_entropy" "-D objective.id=squared")
  for objective in "${tries[@]}"; do
    for shape in "" "-D dataset.dimension=64 -D dataset.layout=image" \
      "-D dataset.dimension=64 -D dataset.layout=image -D dataset.u1=dct:1 -D dataset.u2=dct:2"; do
      rm -rf "$folder"
      # shellcheck disable=SC2086
      "$program" run --preset moons-mlp -D "dataset={\"id\": \"$dataset\"}" \
        -D "architecture={\"id\": \"$architecture\"}" $objective $shape "${extra[@]}" \
        -D training.log_every=100 --steps "$steps" --analyses field --figures png \
        --size 420x400 --out "$folder" >"$scratch/log" 2>&1 && return 0
    done
  done
  return 1
}

pictures=()
for dataset in $(ids datasets); do
  # Those that read a file show what the person has, not what we make.
  if "$program" describe "$dataset" | grep -q '^  path = '; then continue; fi
  for architecture in "${architectures[@]}"; do
    picture="$out/$dataset-$architecture.png"
    if train "$dataset" "$architecture" "$scratch/run"; then
      cp "$scratch/run/figures/field.png" "$picture"
    else
      message=$(tail -1 "$scratch/log")
      convert -size 840x800 -background gray20 -fill white -font DejaVu-Sans -pointsize 28 -gravity center \
        "caption:$message" "$picture"
    fi
    convert "$picture" -resize 560x -background gray10 -fill white -gravity north -font DejaVu-Sans -pointsize 20 \
      -splice 0x28 -annotate +0+3 "$dataset · $architecture" "$picture"
    pictures+=("$picture")
    echo "$picture" >&2
  done
done

montage -font DejaVu-Sans "${pictures[@]}" -tile "${#architectures[@]}x4" -geometry +6+6 -background gray10 \
  "$out/sheet-%d.png"
echo "$out"/sheet-*.png
