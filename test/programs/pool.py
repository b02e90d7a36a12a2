# SPDX-License-Identifier: Apache-2.0
"""Runs tenon-pool as a user would: the tutorial's lines, the same logits over any workers, one message for what is
wrong, and nothing left behind when a worker or the program is killed."""
import os
import pathlib
import random
import signal
import subprocess
import time

from program import check, end, examples, folder, mlp, programs, read_npy, write_npy

program = str(programs / "tenon-pool")
model = [*map(str, mlp)]


def run(*arguments):
    try:
        done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=60)
    except subprocess.TimeoutExpired:
        return None, [], ["it hangs"]
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def started(*arguments):
    """A run that lasts, and the numbers of its workers' processes."""
    process = subprocess.Popen([program, *model, "--batch", "64", "--repeat", "100000000", *arguments],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for _ in range(2):
        process.stdout.readline()  # Success to build model ...
    workers = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == process.pid:
                workers.append(int(stat.parent.name))
        except (OSError, ValueError):
            pass
    return process, workers


def lives(worker):
    try:
        return pathlib.Path("/proc/%d/stat" % worker).read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def end_soon(workers):
    for _ in range(1000):
        if not any(map(lives, workers)):
            return True
        time.sleep(0.01)
    return False


# The tutorial's lines, and the same numbers over any workers.
random.seed(1)
x = folder / "x.npy"
write_npy(x, (7, 28, 28), [random.random() for _ in range(7 * 784)])
logits = None
for workers in (1, 2, 3, 8):
    y = folder / ("y%d.npy" % workers)
    code, out, err = run(*model, "--workers", workers, "--input", x, "--output", y, "--repeat", 3)
    expected = ["Success to build model %d" % k for k in range(workers)]
    check("%d workers say the tutorial's lines" % workers,
          code == 0 and not err and len(out) == 2 * workers + 2 and out[:workers] == expected and
          out[workers].startswith("Total predict time =  ") and float(out[workers].split("=")[1]) > 0 and
          out[workers + 1:-1] == ["Receive exit message  and start to exit"] * workers and
          out[-1] == "=========== success ===========", code, *out, *err)
    if code == 0:
        shape, values = read_npy(y)
        logits = logits or values
        check("%d workers give one worker's logits" % workers, shape == (7, 10) and
              all(abs(a - b) <= 1e-5 * (1 + abs(b)) for a, b in zip(values, logits)), shape, values[:10], logits[:10])
code, out, err = run(*model)
check("without inputs they are ones", code == 0 and out[-1] == "=========== success ===========", code, *out, *err)

# What is wrong is said once.
write_npy(folder / "wide.npy", (4, 28, 29), [0] * (4 * 28 * 29))
(folder / "empty.mindir").write_bytes(b"")
(folder / "cut.mindir").write_bytes((examples / "mlp.mindir").read_bytes()[:500])
for arguments, says in [
        ([folder / "none.mindir"], "none.mindir: it does not exist"), ([folder / "empty.mindir"], "is empty"),
        ([folder / "cut.mindir"], "cut.mindir"), ([x], "x.npy"), ([model[0]], "workers 0, 1 did not build its model: "),
        ([*model, "--input", folder / "wide.npy"], "[1, 28, 28]"), ([*model, "--input", "y=" + str(x)], "no input y"),
        ([*model, "--input", x, "--input", x], "--input is given 2 times"), ([*model, "--input", folder / "no.npy"], "no.npy"),
        ([*model, "--output", folder / "no_such_folder/y.npy"], "there is no folder"),
        ([*model, "--without-batch", "mask"], "--without-batch names mask, which is no input or output"),
        ([*model, "--backend", "reference", "--threads", 2], "--threads and --weights are the cpu's")]:
    code, out, err = run(*arguments)
    check("%s is said once" % says, code == 1 and len(err) == 1 and says in err[0] and
          not any("success ==" in line for line in out), code, *out, *err)
for arguments in (["--workers", "0"], ["--workers", "many"], ["--repeat", "0"], ["--batch", "-1"], ["--no-such-thing"]):
    code, out, err = run(*model, *arguments)
    check("%s is refused" % " ".join(arguments), code == 2 and not out and len(err) <= 2, code, *out, *err)

# A worker that is killed ends the run; one that is killed with the program leaves nothing.
process, workers = started()
check("there are two workers", len(workers) == 2, workers)
os.kill(workers[1], signal.SIGKILL)
out, err = process.communicate(timeout=60)
check("a killed worker is named", process.returncode == 1 and "was ended by signal 9 (SIGKILL) in predict" in err and
      len(err.splitlines()) == 1, process.returncode, out, err)
check("the other one ends", end_soon(workers))
for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
    process, workers = started()
    process.send_signal(number)
    process.communicate(timeout=60)
    check("workers end with a program that is ended by %s" % number.name, len(workers) == 2 and end_soon(workers), workers)
process, workers = started("--patience", "3")
os.kill(workers[0], signal.SIGSTOP)
out, err = process.communicate(timeout=60)
check("a worker that stands still is late", process.returncode == 1 and "did not answer within 3000 ms" in err, out, err)
check("it is ended, and the other one", end_soon(workers))

end()
