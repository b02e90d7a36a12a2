# SPDX-License-Identifier: Apache-2.0
"""Runs tenon-checkpoint as a user would: every subcommand, its JSON, and one message for every error."""
import json
import os
import pathlib
import resource
import shutil
import signal
import struct
import subprocess
import time
import zlib

from program import check, data, end, examples, folder, programs

program, seed8, data = programs / "tenon-checkpoint", examples / "seed8", data / "mindspore"

# zlib.crc32 of files that MindSpore 2.10 wrote of the network of seed8.
MLP, MLP_SAFETENSORS, TP2 = 0x0e5e761d, 0x280772ba, [0xc8e10286, 0x7f76f958]
SEED8 = [0xe2ee2615, 0xe2ee2615, 0xb843ca99, 0xb843ca99] * 2


def run(*arguments, **options):
    done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=300, cwd=folder, **options)
    return done.returncode, done.stdout, done.stderr


def right(*arguments):
    """Its stdout; and the same with --json is one document, which is given back."""
    code, out, err = run(*arguments)
    check("%s is right" % (arguments,), code == 0 and err == "", code, out, err)
    code, document, err = run(*arguments, "--json")
    check("%s --json is right" % (arguments,), code == 0 and err == "", code, document, err)
    try:
        return out, json.loads(document)
    except ValueError:
        check("%s --json is JSON" % (arguments,), False, document)
        return out, {}


def wrong(words, *arguments, code=1, **options):
    """One line on stderr, with these words; as JSON the same in "error"."""
    words = [words] if isinstance(words, str) else words
    found, out, err = run(*arguments, **options)
    check("%s fails with %s" % (arguments, words), found == code and all(word in err for word in words), found, out, err)
    if code == 1:
        check("%s says it once" % (arguments,), err.count("\n") == 1 and err.count("tenon: ") == 1 and out == "", out, err)
    found, out, err = run(*arguments, "--json", **options)
    try:
        text = json.loads(out)["error"]
        check("%s says the same as JSON" % (arguments,), found == code and all(word in text for word in words), out)
    except (ValueError, KeyError):
        check("%s says it as JSON" % (arguments,), False, found, out, err)


def crc(path):
    return zlib.crc32((folder / path).read_bytes())


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def checkpoint(path, **tensors):
    """A file of float32 tensors: name=(dims, bytes)."""
    with open(folder / path, "wb") as file:
        for name, (dims, content) in tensors.items():
            shape = b"".join(b"\x08" + varint(size) for size in dims)
            tensor = shape + field(2, b"Float32") + field(3, content)
            file.write(field(1, field(1, name.encode()) + field(2, tensor)))


def floats(*values):
    return struct.pack("<%df" % len(values), *values)


slices, strategy = seed8 / "rank_{}/mlp{}.ckpt", seed8 / "strategy.ckpt"
tp2, layout8 = data / "strategy/tp2/strategy_rank0.ckpt", data / "strategy/layout8/strategy_rank0.json"
stages = sorted((data / "strategy/pipe8").glob("*.ckpt"))
by_stages = [word for stage in stages for word in ("--strategy", stage)]

# What is in a file.
out, info = right("info", slices.parent.parent / "rank_0/mlp0.ckpt")
check("tensors are named", "layer1.weight  float32  [784, 256]" in out and len(info["tensors"]) == 6, out, info)
out, info = right("info", data / "ckpt/variants/dtypes.ckpt")
values = {tensor["name"]: tensor.get("value") for tensor in info["tensors"]}
check("scalars and strings have values", values["epoch_num"] == 7 and values["lr"] == 0.125 and values["flag"] is True
      and values["note"] == "h\u00e9llo" and values["p.f32"] is None, values)
check("and are shown", "epoch_num  int64    = 7" in out and 'note       string   = "h\u00e9llo"' in out, out)
out, info = right("info", data / "ckpt/variants/chunked_bytes.ckpt")
check("chunks are counted", " chunks" in out and any(tensor["chunks"] > 1 for tensor in info["tensors"]), out)
out, info = right("info", data / "ckpt/variants/crc.ckpt")
check("a checksum is told", info["checksum"] == "not checked", out)
out, info = right("info", "--check-crc", data / "ckpt/variants/crc.ckpt")
check("and checked", info["checksum"] == "right" and "checksum right" in out, out)
out, info = right("info", data / "reference/mlp_logits256_float64.npy")
check("an array is told", info["shape"] == [256, 10] and info["type"] == "float64", out)
out, info = right("info", strategy)
layouts = {layout["name"]: layout for layout in info["layouts"]}
check("layouts are told", layouts["layer1.weight"]["device_matrix"] == [2, 2, 2] and info["ranks"] == 8
      and layouts["layer1.weight"]["tensor_map"] == [[-1], [1]] and "device matrix [2, 2, 2]  tensor map [-1, 1]" in out, out)
out, info = right("info", stages[1])
check("a stage is told", info["stage"] == 1 and "for 4 ranks, stage 1" in out, out)
out, info = right("info", layout8, strategy)
check("several files are a list", [one["kind"] for one in info] == ["a MindSpore strategy file"] * 2, info)

# From any layout to any other, as MindSpore writes it.
out, done = right("merge", "--strategy", strategy, "--out", "mlp.ckpt", slices)
check("MindSpore's whole file", crc("mlp.ckpt") == MLP and done["files"][0]["tensors"] == 6, out, done)
check("it is MindSpore's mode", (folder / "mlp.ckpt").stat().st_mode & 0o777 == 0o400)
right("merge", "--strategy", strategy, "--out", "of_folder.ckpt", seed8)
listed = sorted(seed8.glob("rank_*/*.ckpt"), reverse=True)
right("merge", "--strategy", strategy, "--out", "of_list.ckpt", "--trust", *listed)
check("a folder and a list are patterns, too", crc("of_folder.ckpt") == MLP and crc("of_list.ckpt") == MLP)
right("slice", "--strategy", tp2, "--out", "tp2/rank_{}/x{}.ckpt", "mlp.ckpt")
check("MindSpore's slices", [crc("tp2/rank_%d/x%d.ckpt" % (r, r)) for r in (0, 1)] == TP2)
right("slice", "--strategy", tp2, "--out", "alone.ckpt", "--rank", 1, "mlp.ckpt")
check("one rank's alone", crc("alone.ckpt") == TP2[1])
right("transform", "--from", tp2, "--to", layout8, "--out", "l8/{}.ckpt", "tp2")
right("transform", "--from", layout8, "--to", strategy, "--out", "s8/{}.ckpt", "l8/{}.ckpt")
check("by way of tuple axes", [crc("s8/%d.ckpt" % r) for r in range(8)] == SEED8)
right("transform", "--from", strategy, "--to", "none", "--out", "mlp.safetensors", slices)
check("MindSpore's .safetensors", crc("mlp.safetensors") == MLP_SAFETENSORS)
right("slice", *by_stages, "--out", "p8/rank_{}/x.safetensors", "mlp.safetensors")
right("merge-strategies", "--out", "stages.ckpt", *stages)
check("the stages are one", right("info", "stages.ckpt")[1]["stages"] == 2)
out, verified = right("verify", "--strategy", "stages.ckpt", "p8")
check("stages are whole", verified["ranks"] == 8 and len(verified["tensors"]) == 6, verified)
right("merge", "--strategy", "stages.ckpt", "--out", "p.ckpt", "p8/rank_{}/x.safetensors")
check("the stages' values", {t["name"] for t in right("info", "p.ckpt")[1]["tensors"]} == set(layouts))
right("convert", "--out", "p.safetensors", "p.ckpt")
check("in the order of .safetensors the same bytes", crc("p.safetensors") == MLP_SAFETENSORS)
right("convert", "--out", "again.safetensors", "mlp.safetensors")
check("rewritten alike", crc("again.safetensors") == MLP_SAFETENSORS)
right("convert", "--out", "crc.ckpt", "--crc", "p.ckpt")
check("a checksum is written", right("info", "--check-crc", "crc.ckpt")[1]["checksum"] == "right")
out, done = right("convert", "--out", "d.safetensors", "--drop-strings", data / "ckpt/variants/dtypes.ckpt")
check("a string is left out, and told", done["left_out"][0]["name"] == "note" and "left out note" in out, out, done)

# Which files it takes.
check("MindSpore's answer", right("ranks", "--from", strategy, "--to", "none", "--rank", 0) == ("2 0\n", {"rank": 0, "ranks": [2, 0]}))
for rank in range(2):
    needed = right("ranks", "--from", strategy, "--to", tp2, "--rank", rank)[1]["ranks"]
    some = [seed8 / ("rank_%d/mlp%d.ckpt" % (r, r)) for r in needed]
    right("transform", "--from", strategy, "--to", tp2, "--rank", rank, "--out", "one.ckpt", *some)
    check("rank %d of those files" % rank, crc("one.ckpt") == TP2[rank], needed)
wrong("is missing: it is in none of the files that are there", "transform", "--from", strategy, "--to", tp2, "--rank", 1,
      "--out", "x.ckpt", seed8 / "rank_0/mlp0.ckpt")

# What a strategy does not name.
checkpoint("more.ckpt", **{"layer1.weight": ([784, 512], bytes(784 * 512 * 4)), "epoch_num": ([], floats(7))})
right("slice", "--strategy", tp2, "--out", "more/{}.ckpt", "more.ckpt")
values = {t["name"]: t.get("value") for t in right("info", "more/1.ckpt")[1]["tensors"]}
check("epoch_num goes along", values == {"layer1.weight": None, "epoch_num": 7}, values)
wrong(["layer1.bias and 4 more, which no file has", "--allow-missing"], "verify", "--strategy", tp2, "more/{}.ckpt")
out, verified = right("verify", "--allow-missing", "--strategy", tp2, "more/{}.ckpt")
check("what is not there is told", len(verified["in_no_file"]) == 5 and verified["not_in_strategy"] == ["epoch_num"], out)
checkpoint("w.ckpt", **{"layer1.weight": ([784, 512], os.urandom(784 * 512 * 4))})
with open(folder / "w.ckpt", "ab") as file:  # a string: code points
    file.write(field(1, field(1, b"note") + field(2, b"\x08\x00" + field(2, b"str") + field(3, "hi".encode("utf-32-le")))))
out, done = right("slice", "--strategy", tp2, "--drop-strings", "--out", "w/{}.safetensors", "w.ckpt")
check("a string is left out once", [one["name"] for one in done["left_out"]] == ["note"] and out.count("note") == 1, out)
right("slice", "--strategy", tp2, "--out", "w/{}.ckpt", "w.ckpt")
check("a string goes along in a .ckpt", right("info", "w/1.ckpt")[1]["tensors"][1]["value"] == "hi")

# What is wrong is said.
def damaged(name, change):
    """A copy of seed8 in which one thing is wrong."""
    copy = folder / name
    for rank in range(8):
        (copy / ("rank_%d" % rank)).mkdir(parents=True)
        shutil.copyfile(seed8 / ("rank_%d/mlp%d.ckpt" % (rank, rank)), copy / ("rank_%d/mlp%d.ckpt" % (rank, rank)))
    change(lambda rank: copy / ("rank_%d/mlp%d.ckpt" % (rank, rank)))
    return copy / "rank_{}/mlp{}.ckpt"


def flip(path):
    raw = bytearray(path.read_bytes())
    raw[500000] ^= 1
    path.write_bytes(raw)


verify = ["verify", "--strategy", strategy]
wrong("rank_5/mlp5.ckpt: it does not exist", *verify, damaged("gone", lambda at: at(5).unlink()))
wrong(["mlp7.ckpt", "it is cut short"], *verify, damaged("cut", lambda at: os.truncate(at(7), 1000000)))
wrong(["mlp1.ckpt", "is no MindSpore checkpoint: it is a NumPy array"], *verify,
      damaged("foreign", lambda at: shutil.copyfile(data / "reference/mlp_logits256_float64.npy", at(1))))
wrong(["mlp3.ckpt", "encrypted by MindSpore (AES-GCM)"], *verify,
      damaged("encrypted", lambda at: shutil.copyfile(data / "ckpt/variants/enc_AES-GCM.ckpt", at(3))))
wrong(["rank_0/mlp0.ckpt and ", "rank_4/mlp4.ckpt should hold the same slice of layer1.weight, but differ at the element ["],
      *verify, damaged("flipped", lambda at: flip(at(4))))
doubled = damaged("doubled", lambda at: [shutil.copyfile(at(0), at(r)) for r in (2, 3, 6, 7)])
for command in (verify, ["merge", "--strategy", strategy, "--out", "x.ckpt"]):
    wrong(["rank_0/mlp0.ckpt and ", "hold the same slice of layer1.weight", "one is a copy of the other"], *command, doubled)
wrong(["mlp2.ckpt and ", "mlp3.ckpt should hold the same slice of layer1.weight"], *verify, damaged("swapped", lambda at: shutil.copyfile(at(0), at(2))))
short = damaged("short", lambda at: shutil.copyfile(folder / "more.ckpt", at(6)))
wrong(["layer1.weight has the shape [784, 512], expected [784, 256]", "mlp6.ckpt"], *verify, short)
wrong("it has none", *verify, "--check-crc", slices)
wrong("it is damaged: the checksum", "info", "--check-crc", data / "ckpt/bad/crc_mismatch.ckpt")
wrong("is empty", "info", data / "ckpt/bad/empty.ckpt")
wrong("it does not exist", "info", "nothing.ckpt")
wrong("it is a directory", "info", folder)
wrong("is for 8 files, one for each rank, 2 are given", *verify, "mlp.ckpt", "p.ckpt")
wrong(["names one file, 8 are needed", "put {}"], *verify, "mlp.ckpt")
checkpoint("other.ckpt", w=([2], floats(1, 2)))
other = ["is the strategy of another network"]
wrong(other, "slice", "--strategy", tp2, "--out", "x{}.ckpt", "other.ckpt")
wrong(other, "merge", "--strategy", tp2, "--out", "x.ckpt", "other.ckpt", "other.ckpt")
wrong("names one file, 2 are needed", "slice", "--strategy", tp2, "--out", "x.ckpt", "mlp.ckpt")
wrong("legal: .ckpt and .safetensors", "merge", "--strategy", strategy, "--out", "x.bin", slices)
wrong("note is a string", "convert", "--out", "x.safetensors", data / "ckpt/variants/dtypes.ckpt")
wrong("no place for a checksum", "convert", "--crc", "--out", "x.safetensors", "mlp.ckpt")
wrong("there is no rank 2", "ranks", "--from", strategy, "--to", tp2, "--rank", 2)
wrong("there is no rank 9", "slice", "--strategy", tp2, "--out", "x{}.ckpt", "--rank", 9, "mlp.ckpt")
shutil.copyfile(folder / "mlp.ckpt", folder / "0.ckpt")
wrong("it is the input", "slice", "--strategy", tp2, "--out", "{}.ckpt", "0.ckpt")
wrong("it is the input", "convert", "--out", "mlp.ckpt", "mlp.ckpt")
wrong("it is the input", "convert", "--out", "./tp2/../mlp.ckpt", "mlp.ckpt")
os.link(folder / "mlp.ckpt", folder / "hard.ckpt")
os.symlink("mlp.ckpt", folder / "soft.ckpt")
for link in ("hard.ckpt", "soft.ckpt"):
    wrong(["cannot write " + link, "it is the input mlp.ckpt"], "convert", "--out", link, "mlp.ckpt")
shutil.copyfile(folder / "mlp.safetensors", folder / "part.safetensors")
(folder / "index.json").write_text(json.dumps({"weight_map": {name: "part.safetensors" for name in layouts}}))
wrong("it is the input part.safetensors", "convert", "--out", "part.safetensors", "index.json")
shutil.copyfile(tp2, folder / "st0.ckpt")
shutil.copyfile(tp2, folder / "st.ckpt")
wrong("cannot write st0.ckpt: it is the input st0.ckpt", "slice", "--strategy", "st0.ckpt", "--out", "st{}.ckpt", "mlp.ckpt")
wrong("cannot write st.ckpt: it is the input st.ckpt", "slice", "--strategy", "st.ckpt", "--out", "st.ckpt", "--rank", 1, "mlp.ckpt")
wrong("it is the input st0.ckpt", "merge-strategies", "--out", "st0.ckpt", "st0.ckpt")
check("inputs are as before", crc("mlp.ckpt") == MLP and crc("part.safetensors") == MLP_SAFETENSORS
      and crc("st0.ckpt") == crc("st.ckpt") == zlib.crc32(pathlib.Path(tp2).read_bytes()))
wrong("is no strategy file: it is a MindSpore checkpoint", "merge", "--strategy", "mlp.ckpt", "--out", "x.ckpt", slices)
wrong("it is a MindSpore checkpoint", "merge-strategies", "--out", "x.ckpt", "mlp.ckpt")
wrong("stages.ckpt", "merge-strategies", "--out", "x.ckpt", "stages.ckpt", "stages.ckpt")
wrong("it has 1 stages, the last is stage 1", "merge-strategies", "--out", "x.ckpt", stages[1])
wrong("--strategy is required", "merge", "--out", "x.ckpt", slices, code=2)
wrong("subcommand", "nonsense", code=2)
check("nothing was written on the way", not list(folder.glob("x*")), list(folder.glob("x*")))

# Every subcommand explains itself, with an example.
for name in ("info", "slice", "merge", "transform", "ranks", "merge-strategies", "verify", "convert"):
    code, out, err = run(name, "--help")
    check("%s --help has an example" % name, code == 0 and "Example:\n  tenon-checkpoint " + name in out, out, err)
check("--help names all", run("--help")[1].count("\n  ") >= 9)

# A full disk or a killed process leaves the old file whole.
old = folder / "old.ckpt"
shutil.copyfile(folder / "tp2/rank_0/x0.ckpt", old)
limited = dict(restore_signals=False, preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                                          resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))))
wrong("cannot write", "merge", "--strategy", strategy, "--out", old, slices, **limited)
check("the old file is whole", crc(old) == TP2[0] and not list(folder.glob("old.ckpt.*")))
if os.geteuid() == 0:
    (folder / "disk").mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder / "disk"], stderr=subprocess.DEVNULL).returncode == 0:
        try:
            shutil.copyfile(old, folder / "disk/x.ckpt")
            wrong("cannot write disk/x.ckpt: the disk is full", "merge", "--strategy", strategy, "--out", "disk/x.ckpt", slices)
            check("the old file on it is whole", crc("disk/x.ckpt") == TP2[0] and len(list((folder / "disk").iterdir())) == 1)
        finally:
            subprocess.run(["umount", folder / "disk"], check=True)
checkpoint("large.ckpt", w=([1 << 24], os.urandom(1 << 16) * 1024), b=([1 << 24], bytes(1 << 26)))
shutil.copyfile(folder / "mlp.ckpt", folder / "new.ckpt")
killed = subprocess.Popen([program, "convert", "--out", "new.ckpt", "large.ckpt"], cwd=folder, stdout=subprocess.DEVNULL)
while killed.poll() is None and not list(folder.glob("new.ckpt.*.tmp")):
    time.sleep(0.0005)
killed.kill()
killed.wait()
check("a killed process leaves the old file, or the new one", crc("new.ckpt") in (MLP, crc("large.ckpt")))
run("convert", "--out", "new.ckpt", "large.ckpt")
check("what it left does not disturb", crc("new.ckpt") == crc("large.ckpt"))

end()
