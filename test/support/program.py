# SPDX-License-Identifier: Apache-2.0
"""What tests of whole programs share: where things are, runs under mpirun, .npy files, and what was found."""
import atexit
import gzip
import os
import pathlib
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

programs = pathlib.Path(os.environ["TENON_PROGRAMS"])
examples = pathlib.Path(os.environ["TENON_EXAMPLE_DATA"])
data = pathlib.Path(os.environ["TENON_TEST_DATA"])
mpirun = shlex.split(os.environ["MPIRUN"])
folder = pathlib.Path(tempfile.mkdtemp(prefix="tenon-test-"))
slices, strategy = examples / "seed8/rank_{}/mlp{}.ckpt", examples / "seed8/strategy.ckpt"
mlp = [examples / "mlp.mindir", "--checkpoint", slices, "--checkpoint-strategy", strategy]
lenet5 = [examples / "lenet5.mindir", "--checkpoint", examples / "lenet5.ckpt"]
mistakes = []
atexit.register(shutil.rmtree, folder, True)


def check(sentence, holds, *shown):
    if not holds:
        mistakes.append("\n    ".join([sentence, *map(str, shown)]))


def end():
    """The last line of a test."""
    sys.exit("\n".join(mistakes) or 0)


def run_ranks(ranks, program, *arguments):
    """Exit code, stdout, and the lines of stderr that are not mpirun's."""
    command = [*mpirun, "-n", str(ranks), str(programs / program), *map(str, arguments)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return None, "", ["it hangs"]
    lines, mpiruns = [], False
    for line in done.stderr.splitlines():
        if line.startswith("-----"):
            mpiruns = not mpiruns
        elif line and not mpiruns:
            lines.append(line)
    return done.returncode, done.stdout, lines


def first_images(count):
    """Files of so many of MNIST's images, not compressed."""
    images = gzip.open(examples / "t10k-images-idx3-ubyte.gz").read(16 + count * 784)
    labels = gzip.open(examples / "t10k-labels-idx1-ubyte.gz").read(8 + count)
    x, y = folder / ("images%d" % count), folder / ("labels%d" % count)
    x.write_bytes(struct.pack(">4i", 0x803, count, 28, 28) + images[16:])
    y.write_bytes(struct.pack(">2i", 0x801, count) + labels[8:])
    return ["--images", x, "--labels", y]


formats = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q"}


def read_npy(path):
    """Shape and values."""
    raw = path.read_bytes()
    begin = 10 + struct.unpack_from("<H", raw, 8)[0]
    header = eval(raw[10:begin])
    letter = formats[header["descr"]]
    return header["shape"], struct.unpack("<%d%s" % ((len(raw) - begin) // struct.calcsize(letter), letter), raw[begin:])


def write_npy(path, shape, values, kind="<f4"):
    header = repr({"descr": kind, "fortran_order": False, "shape": tuple(shape)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header +
                     struct.pack("<%d%s" % (len(values), formats[kind]), *values))
    return path
