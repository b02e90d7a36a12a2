# SPDX-License-Identifier: Apache-2.0
"""Runs tenon-run and tenon-eval as a user would: the tutorial's lines, and one message for everything that is wrong."""
import json
import os
import re
import socket
import subprocess

from program import check, end, examples, folder, lenet5, mlp, mpirun, programs, read_npy, run_ranks, slices, strategy, write_npy

without_mpirun = {name: value for name, value in os.environ.items() if not re.match("OMPI_COMM|PMI|PMIX", name)}


def filled(path, shape, value):
    count = 1
    for size in shape:
        count *= size
    return write_npy(path, shape, [value] * count)


# Evaluation: the tutorials' numbers.
for ranks, arguments, accuracy in [(3, mlp, "0.9852"), (4, [*lenet5, "--pad", 2, "--batch", 500], "0.9805")]:
    code, out, error = run_ranks(ranks, "tenon-eval", *arguments)
    lines = out.splitlines()
    check("an evaluation on %d ranks" % ranks, code == 0 and not error and lines[:2] == [
        "============== Starting Testing ==============", "============== {'Accuracy': %s} ==============" % accuracy]
        and re.fullmatch(r"loss: 0\.05\d+ \(%s of 10000 images are right\)" % accuracy[2:], lines[2]), code, out, error)
code, out, error = run_ranks(2, "tenon-eval", *mlp, "--pad", 2)
check("images of another size", code == 1 and error == [
    "tenon: the dataset has rows of 1024 elements, the model takes [1, 28, 28], of 784 a row"], code, error)

# The tutorial's lines, and the outputs in a file.
x, y = filled(folder / "x.npy", [5, 28, 28], 1.0), folder / "y.npy"
code, out, error = run_ranks(4, "tenon-run", *mlp, "--input", x, "--output", y, "--repeat", 3)
lines = out.splitlines()
check("tenon-run's lines", code == 0 and not error and len(lines) == 3
      and lines[0] == "tensor's name is:x data size is:200 tensor elements num is:50"
      and re.fullmatch(r"output data is: (-?[\d.]+ ){10}", lines[1])
      and re.fullmatch(r"load and build: [\d.]+ s, first predict: [\d.]+ s, least of 3: [\d.]+ s", lines[2]), code, out, error)
shape, values = read_npy(y)
check("the outputs' file", shape == (5, 10) and all(abs(a - b) < 1e-4 for a, b in zip(values[:10], values[40:])), shape)
code, out, error = run_ranks(1, "tenon-run", *mlp, "--batch", 5, "--json")  # inputs are ones
answer = json.loads(out)
check("tenon-run --json", code == 0 and answer["outputs"][0]["shape"] == [5, 10] and answer["ranks"] == 1 and
      all(abs(a - b) < 1e-4 for a, b in zip(answer["outputs"][0]["first"], values)), out, error)
code, out, error = run_ranks(4, "tenon-run", *mlp, "--devices", 4, "--input", x, "--output", y)
check("weights cut over 4", code == 0 and all(abs(a - b) < 1e-4 for a, b in zip(read_npy(y)[1], values)), code, out, error)
code, out, error = run_ranks(8, "tenon-run", examples / "seed8/mindir/net_rank_{}.mindir", "--checkpoint", slices, "--output", y)
shape, exported = read_npy(y)
check("MindSpore's export for 8 ranks", code == 0 and shape == (32, 10) and
      all(abs(a - b) < 1e-4 for a, b in zip(exported, values)), code, out, error)

# Without mpirun: one command for each rank.
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
ranks = [subprocess.Popen([str(programs / "tenon-run"), *map(str, mlp), "--input", str(x), "--join", "127.0.0.1:%d" % port,
                           "--cut-weights"], env={**without_mpirun, "RANK_ID": str(rank), "RANK_SIZE": "2"},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for rank in range(2)]
outs = [rank.communicate(timeout=120) for rank in ranks]
check("two commands that meet", [rank.returncode for rank in ranks] == [0, 0] and outs[0][0].startswith("tensor's name is:x")
      and outs[1][0] == "", outs)

# What is wrong is said once, and every rank ends.
broken = folder / "broken.mindir"
broken.write_bytes((examples / "mlp.mindir").read_bytes()[:3000])
empty = folder / "empty.onnx"
empty.write_bytes(b"")
for arguments, text in [
        (["none.onnx"], "cannot read none.onnx"),
        ([broken], str(broken)),
        ([empty], "empty.onnx is empty"),
        ([strategy], "is no model"),
        ([examples / "mlp.mindir"], "has no values of layer1.weight and 5 more"),
        ([*mlp, "--input", "none.npy"], "none.npy"),
        ([*mlp, "--input", filled(folder / "wrong.npy", [5, 20], 1)], "the input x"),
        ([*mlp, "--input", "z=%s" % x], "the model has no input z"),
        ([*mlp, "--input", x, "--batch", 4], "--batch"),
        ([*mlp, "--input-shape", "x"], "legal: NAME:1,28,28"),
        ([*mlp, "--output", folder / "none" / "y.npy"], "cannot write"),
        ([*mlp, "--strategy", "none.ckpt"], "none.ckpt"),
        ([*mlp, "--devices", 8], "legal: mpirun -n 8"),
        ([*mlp, "--devices", 2, "--strategy", strategy], "give one of them"),
        ([*mlp, "--config", "none.ini"], "none.ini")]:
    code, out, error = run_ranks(2, "tenon-run", *arguments)
    check("wrong: " + " ".join(map(str, arguments)), code == 1 and len(error) == 1 and text in error[0], code, out, error)
# What only one rank is told ends them all.
for own, status, says in [("--bogus", 2, "--bogus"), ("--batch 7", 1, "different inputs"), ("--repeat 5", 1, "--repeat")]:
    for order in (1, -1):
        ranks = [["-n", "1", programs / "tenon-run", *mlp, "--backend", "reference", *words.split()] for words in ("", own)][::order]
        done = subprocess.run([*mpirun, *map(str, [*ranks[0], ":", *ranks[1]])], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=60)
        check("one rank is told %s" % own, done.returncode == status and done.stderr.count(says) == 1, done.returncode, done.stderr)
code, out, error = run_ranks(2, "tenon-run", *mlp, "--threads", 0)
check("a wrong option", code == 2 and len(error) >= 1 and "--threads" in error[0], code, error)

end()
