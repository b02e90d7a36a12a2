# SPDX-License-Identifier: Apache-2.0
"""Runs the main program as a user would: its answers, and one message for everything that is wrong."""
import gzip
import os

from program import check, data, end, examples, first_images, folder, read_npy, run_ranks

data = data / "mindspore"
everything = "TENON_LONG" in os.environ


def run(ranks, *arguments):
    return run_ranks(ranks, "mnist", *arguments)


def largest(row):
    return max(range(10), key=lambda c: row[c])


def correct_in(values, labels):
    return sum(largest(values[10 * i:10 * i + 10]) == label for i, label in enumerate(labels))


labels = gzip.open(examples / "t10k-labels-idx1-ubyte.gz").read()


def accuracy(ranks, expected, count, *arguments):
    code, out, err = run(ranks, *arguments)
    line = "Accuracy: %.4f (%d of %d)" % (expected / count, expected, count)
    check("%d ranks, %s: the last line is the accuracy" % (ranks, " ".join(map(str, arguments))),
          code == 0 and not err and out.splitlines()[-1:] == [line], "expected: " + line, code, out[-300:], *err)


def wrong(ranks, *arguments, says):
    """One line on stderr that says all of these, a non-zero exit, and no answer."""
    code, out, err = run(ranks, *arguments)
    check("%d ranks, %s: one message, and a failure" % (ranks, " ".join(map(str, arguments))),
          code not in (0, None) and len(err) == 1 and err[0].startswith("tenon: ") and all(s in err[0] for s in says)
          and "Accuracy" not in out, code, *err)


def spoilt(name, **files):
    """The eight slices, some replaced; None takes one away. Returns the arguments that name them."""
    here = folder / name
    for rank in range(8):
        own = here / ("rank_%d" % rank)
        own.mkdir(parents=True)
        content = files.get("rank_%d" % rank, ...)
        if content is ...:
            (own / ("mlp%d.ckpt" % rank)).symlink_to(examples / ("seed8/rank_%d/mlp%d.ckpt" % (rank, rank)))
        elif content is not None:
            (own / ("mlp%d.ckpt" % rank)).write_bytes(content)
    return ["--checkpoint", str(here / "rank_{}/mlp{}.ckpt"), "--strategy", examples / "seed8/strategy.ckpt"]


# MindSpore's answers to the first 256 images, on any number of ranks, in any batches.
shape, expected = read_npy(data / "reference/mlp_logits256_float64.npy")
few = first_images(256)
right = correct_in(expected, labels[8:8 + 256])
for ranks in (1, 2, 3, 4, 6, 8):
    for batch in (1, 3, 32, 256):
        if batch < 32 and ranks in (3, 6) and not everything:
            continue
        output = folder / ("logits%d.npy" % ranks)
        accuracy(ranks, right, 256, "--batch", batch, "--output", output, *few)
        got_shape, got = read_npy(output) if output.exists() else ((), ())
        check("%d ranks, batch %d: the logits are MindSpore's" % (ranks, batch),
              got_shape == (256, 10) and max(abs(a - b) for a, b in zip(got, expected)) <= 1e-4
              and all(largest(got[i:i + 10]) == largest(expected[i:i + 10]) for i in range(0, 2560, 10)))
        output.unlink(missing_ok=True)
accuracy(3, right, 256, "--backend", "reference", *few)
accuracy(4, correct_in(expected, labels[8:9]), 1, *first_images(1))
accuracy(2, right, 256, "--batch", 1000000, *few)

# All 10 000: 148 errors, as in MindSpore.
for ranks, batch in [(8, 32), (3, 256)] + everything * [(r, b) for r in (1, 2, 3, 4, 6, 8) for b in (1, 3, 32, 256)]:
    accuracy(ranks, 9852, 10000, "--batch", batch)
code, out, err = run(8)
check("without arguments it shows each layer's cut", all(s in out for s in
      ("layer1.matmul", "layer2.matmul", "layer3.matmul", "[784, 512/2]", "[512/2, 10]", "images per second")), out)

# Wrong numbers of ranks: an error that lists the legal ones.
for ranks in (5, 7):
    wrong(ranks, says=["1, 2, 3, 4, 6, 8", "not on %d" % ranks])

# Bad checkpoints.
slice0, slice2 = ((examples / ("seed8/rank_%d/mlp%d.ckpt" % (r, r))).read_bytes() for r in (0, 2))
other = bytearray(slice0)
other[len(other) // 2] ^= 1
encrypted = (data / "ckpt/variants/enc_AES-GCM.ckpt").read_bytes()
renamed = slice0.replace(b"layer2.weight", b"layer7.weight"), slice2.replace(b"layer2.weight", b"layer7.weight")
strategy = ["--strategy", examples / "seed8/strategy.ckpt"]
bad = [
    (spoilt("missing", rank_3=None), ["rank_3/mlp3.ckpt", "does not exist"]),
    (spoilt("empty", rank_6=b""), ["rank_6/mlp6.ckpt", "is empty"]),
    (spoilt("truncated", rank_1=slice0[:1200000]), ["rank_1/mlp1.ckpt"]),
    (spoilt("encrypted", rank_7=encrypted), ["rank_7/mlp7.ckpt", "AES-GCM"]),
    (spoilt("other_network", **{"rank_%d" % r: renamed[r // 2 % 2] for r in range(8)}), ["layer2.weight"]),
    (spoilt("doubled", rank_2=slice0), ["layer", "mlp2.ckpt"]),
    (spoilt("all_doubled", **{"rank_%d" % r: slice0 for r in range(8)}), ["layer1.weight", "same slice"]),
    (spoilt("differ", rank_4=bytes(other)), ["mlp0.ckpt", "mlp4.ckpt", "differ"]),
    (["--checkpoint", str(folder / "nowhere/rank_{}.ckpt"), *strategy], ["nowhere", "does not exist"]),
    (["--checkpoint", str(examples / "seed8/rank_{}/mlp{}.ckpt")], ["strategy"]),
    (["--checkpoint", examples / "seed8/rank_0/mlp0.ckpt", *strategy], ["mlp0.ckpt", "8 files"]),
    (["--checkpoint", examples / "seed8/rank_0/mlp0.ckpt"], ["mlp0.ckpt", "[784, 256]"]),
    (["--checkpoint", str(examples / "seed8/rank_{}/mlp{}.ckpt"), "--strategy", examples / "seed8/rank_0/mlp0.ckpt"],
     ["mlp0.ckpt"]),
    (["--checkpoint", str(examples / "seed8/rank_{}/mlp{}.ckpt"), "--strategy", folder / "none.ckpt"], ["none.ckpt"]),
    (strategy, ["--checkpoint"]),
]
for arguments, says in bad:
    for ranks in (1, 4, 8) if everything else (4,):
        wrong(ranks, *arguments, *few, says=says)

# Bad images and labels.
(folder / "short").write_bytes((folder / "images256").read_bytes()[:5000])
(folder / "short.gz").write_bytes((examples / "t10k-images-idx3-ubyte.gz").read_bytes()[:100000])
(folder / "nothing").write_bytes(b"")
for name in ("short", "short.gz", "nothing", "absent", "labels256"):
    wrong(3, "--images", folder / name, says=[name])
wrong(3, "--labels", folder / "images256", says=["images256"])
wrong(3, *few[:2], says=["256", "10000"])
wrong(2, *few, "--output", folder / "no_such_folder/logits.npy", says=["no_such_folder"])

# Arguments that are not there, or have no such value: one message of the command line.
for arguments in (["--no-such-thing"], ["--batch", "0"], ["--batch", "-3"], ["--batch", "many"], ["--backend", "cuda"],
                  ["--batch"], ["file"]):
    code, out, err = run(4, *arguments)
    check("%s is refused, once" % " ".join(arguments),
          code not in (0, None) and 1 <= len(err) <= 2 and len(set(err)) == len(err) and "Accuracy" not in out, code, *err)
code, out, err = run(2, "--help")
check("--help is shown once", code == 0 and out.count("--checkpoint TEXT") == 1 and not err, code, out, *err)

end()
