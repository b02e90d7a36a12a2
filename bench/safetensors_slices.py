# SPDX-License-Identifier: Apache-2.0
"""safetensors_slices.py FILE RANKS: what checkpoint.cpp measures, by safetensors for Python: RANKS processes take
their slices of FILE at once. Prints the slowest one's seconds and the largest peak and private MiB over its start's."""
import subprocess
import sys
import time

import numpy  # noqa: F401 (in the start, not in the time)
from safetensors import safe_open


def memory(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field))


def rank(path, rank, ranks):
    before = memory("VmRSS:"), memory("RssAnon:")
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.perf_counter()
    slices = []
    with safe_open(path, "np") as file:
        for i in range(len(file.keys())):
            stored = file.get_slice("layers.%d.weight" % i)
            size = stored.get_shape()[i % 2]
            part = slice(rank * size // ranks, (rank + 1) * size // ranks)
            slices.append(stored[part] if i % 2 == 0 else stored[:, part])
    seconds = time.perf_counter() - start
    print(seconds, memory("VmHWM:") - before[0], memory("RssAnon:") - before[1])


def main(path, ranks):
    started = [subprocess.Popen([sys.executable, __file__, path, str(ranks), str(i)], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE) for i in range(ranks)]
    for process in started:
        process.stdout.readline()
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    results = [[float(word) for word in process.communicate()[0].split()] for process in started]
    print(*(max(column) for column in zip(*results)))


if len(sys.argv) > 3:
    rank(sys.argv[1], int(sys.argv[3]), int(sys.argv[2]))
else:
    main(sys.argv[1], int(sys.argv[2]))
