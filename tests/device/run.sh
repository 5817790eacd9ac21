#!/bin/sh
# Builds and runs the tests that need a graphics card: every architecture trained on it, eagerly and
# as a captured graph, against the CPU's loss curve, with steps per second. Point CMAKE_PREFIX_PATH
# at a LibTorch with CUDA. Skips, and says so, where there is no card.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build/device}
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DANISO_APP=OFF -DANISO_BENCH=OFF >&2
cmake --build "$build" --target test_device_torch_device >&2
"$build/tests/test_device_torch_device"
