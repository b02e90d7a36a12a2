# SPDX-License-Identifier: Apache-2.0
"""The tutorial's network on simulated Ascends: MindSpore's answers on all images, the same bits on any number of threads."""
import math
import subprocess

from program import check, end, first_images, folder, lenet5, programs, read_npy, run_ranks


def logits(ranks, *arguments):
    file = folder / "logits.npy"
    file.unlink(missing_ok=True)
    code, out, err = run_ranks(ranks, "mnist", "--output", file, *arguments)
    check("it runs: " + " ".join(map(str, arguments)), code == 0 and not err and file.exists(), code, out[-300:], *err)
    values = read_npy(file)[1] if file.exists() else (0.,) * 100000
    return [values[i:i + 10] for i in range(0, len(values), 10)], out


def largest(row):
    return max(range(10), key=lambda c: row[c])


# The two largest of float32 lie this many steps of float16 apart, or it may tell them otherwise.
expected, _ = logits(2)
found, out = logits(8, "--backend", "ascend")
check("it is said which Ascend it was, and what it saturated",
      "ascend910, force_fp16: saturated (NaN) of rank 0: MatMul 0 (0)" in out, out)
close = []
for i, (row, other) in enumerate(zip(expected, found)):
    first, second = sorted(row)[:-3:-1]
    step = 2. ** (math.floor(math.log2(max(map(abs, row)))) - 10)
    if largest(row) != largest(other):
        close.append(i)
        check("image %d is told otherwise, and not for want of digits" % i, first - second <= 4 * step, row, other)
    check("image %d: logits as near as float16 is" % i, max(abs(a - b) for a, b in zip(row, other)) <= 4 * step, row, other)
check("few images are told otherwise", len(close) <= 5, close)

few = first_images(256)
one, _ = logits(1, "--backend", "ascend", "--batch", 256, *few)
two, _ = logits(1, "--backend", "ascend", "--batch", 256, "--threads", 2, *few)
check("the same bits on one thread and two", one == two)
same, out = logits(1, "--backend", "ascend", "--batch", 256, "--compare-orders", *few)
check("other orders are compared, and change nothing of this one", same == one and out.count("sequential: ") == 3 and
      out.count("of 256 rows") == 6, out)
near, _ = logits(2, "--backend", "ascend", "--chip", "ascend910b1", "--precision", "must_keep_origin_dtype", *few)
check("a 910B multiplies float32",
      all(abs(a - b) <= 1e-4 for row, other in zip(expected, near) for a, b in zip(row, other)))

# A chip of one's own, from a file.
chip = subprocess.run([programs / "tenon-predict", "chips", "ascend910"], stdout=subprocess.PIPE, text=True, timeout=60).stdout
(folder / "mine.json").write_text(chip.replace('"ascend910"', '"mine"'))
same, out = logits(1, "--backend", "ascend", "--batch", 256, "--chip", folder / "mine.json", *few)
check("a file that says what the 910 is gives the 910's bits", same == one and "mine, force_fp16" in out, out)

# A model file; what is wrong is said once.
code, out, err = run_ranks(2, "tenon-eval", *lenet5, *few, "--pad", 2, "--batch", 128, "--backend", "ascend")
check("LeNet-5", code == 0 and not err and "{'Accuracy': 1.0}" in out, code, out, *err)
for arguments, says in [(["--backend", "ascend", "--chip", "x"], "there is no chip x"), (["--chip", "ascend910b1"], "are the ascend's"),
                        (["--backend", "ascend", "--chip", "none.json"], "cannot read none.json: it does not exist"),
                        (["--backend", "ascend", "--weights", "bfloat16"], "are not the ascend's"),
                        (["--backend", "ascend", "--precision", "must_keep_origin_dtype"], "its cube multiplies float16 and int8")]:
    code, out, err = run_ranks(2, "mnist", *arguments)
    check("%s is refused, once" % " ".join(arguments), code == 1 and len(err) == 1 and says in err[0], code, *err)
end()
