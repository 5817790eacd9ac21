#!/usr/bin/env python3
"""Writes the eigenvectors that a preset names by "average_geometry:k" into it as numbers.

Usage: tools/freeze_directions.py PRESET.json RESULTS.npz

RESULTS.npz is that of a run of the same architecture and input shape whose analyses include
average_geometry with its defaults: those are the vectors that the name stands for. Settings of
analyses keep the name, so that sweeps over k go on working."""

import json
import sys

import numpy


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, results = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        preset = json.load(file)
    vectors = numpy.load(results)["average_geometry/eigenvalues_directions"][-1]
    frozen = []
    for key, value in preset["dataset"].items():
        if isinstance(value, str) and value.startswith("average_geometry:"):
            numbers = [float(f"{x:.5g}") for x in vectors[int(value.split(":")[1])]]
            preset["dataset"][key] = {"basis": "numbers", "values": numbers}
            frozen.append(f"{key} = {value}")
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n")
        lines = [f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in preset.items()]
        file.write(",\n".join(lines) + "\n}\n")
    print(f"{path}: {', '.join(frozen) or 'nothing to freeze'}")


main()
