# SPDX-License-Identifier: Apache-2.0
"""failing.py MPIRUN ARGS... PROGRAM: a device that fails on one rank in the middle of a forward ends all ranks."""
import subprocess
import sys

run = subprocess.run([*sys.argv[1:-1], "-n", "3", sys.argv[-1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                     text=True, timeout=60)
text = "tenon: CUDA: work on device 0 (Pretended) failed: pretended (cudaErrorLaunchFailure) (found by rank 1)"
if run.returncode == 0 or run.stdout.count(text) != 1 or "not reached" in run.stdout:
    sys.exit("exit code %d\n%s" % (run.returncode, run.stdout))
