#!/usr/bin/env python3
"""Bytes a point of PyPI's pcodec on NAB files, each series by itself: values and timestamps, level 8, 4096 a chunk.

    pip install pcodec && python3 pcodec_nab.py DIR [STORE_BENCH_OUTPUT]      # DIR/data/GROUP/NAME.csv

With what `store-bench --nab DIR` printed, ours stand beside it: of each series by itself, and of a whole file with names. The
exit code is 1 if the first is not smaller. Rows are taken as store-bench takes them: in order of time, of two
with one time the later."""
import calendar
import glob
import sys
import time

import numpy
from pcodec import ChunkConfig, standalone

CHUNK = 4096


def columns(path):
    rows = {}
    with open(path) as f:
        next(f)
        for line in f:
            when, value = line.strip().split(",")
            rows[calendar.timegm(time.strptime(when[:19], "%Y-%m-%d %H:%M:%S"))] = float(value)
    times = sorted(rows)
    return numpy.array(times, dtype=numpy.int64) * 1_000_000_000, numpy.array([rows[t] for t in times])


def size(column):
    """Each chunk is a file of its own, as ours can be read alone; its header is 0.01 bytes a point."""
    config = ChunkConfig(compression_level=8)
    return sum(len(standalone.simple_compress(column[i:i + CHUNK], config)) for i in range(0, len(column), CHUNK))


def main():
    totals = {"values": 0, "timestamps": 0}
    points = 0
    for path in sorted(glob.glob(sys.argv[1] + "/data/*/*.csv")):
        times, values = columns(path)
        points += len(values)
        totals["values"] += size(values)
        totals["timestamps"] += size(times)
    theirs = sum(totals.values()) / points
    print(f"pcodec: {points} points, values {totals['values'] / points:.3f}, "
          f"timestamps {totals['timestamps'] / points:.3f}, together {theirs:.3f} bytes a point")
    if len(sys.argv) < 3:
        return
    missed = False
    with open(sys.argv[2]) as f:
        for line in f:
            what, _, figure = line.rpartition(" ")
            if what.strip() in ("nab: bytes a point", "nab: bytes a point, series by itself"):
                print(f"{what.strip()}: {float(figure):.3f}, {float(figure) / theirs:.2f} x")
                missed = missed or what.strip().endswith("itself") and float(figure) >= theirs
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
