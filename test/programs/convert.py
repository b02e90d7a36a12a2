# SPDX-License-Identifier: Apache-2.0
"""Models become C++ networks and MindIR of other shapes, which compile and give the model's own bits."""
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import sys

from program import check, data, end, examples, folder, mlp, mpirun, programs, write_npy

if "TENON_LONG" not in os.environ:
    print("skipped: compiling what is written takes a minute; TENON_LONG=1 does it")
    sys.exit(77)
models = data / "models"
include = pathlib.Path(__file__).resolve().parents[2] / "include"
compiler = shlex.split(os.environ.get("TENON_COMPILER", "c++"))


def run(*command):
    done = subprocess.run([*map(str, command)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=500)
    return done.returncode, done.stdout


def convert(*arguments, says=None):
    code, out = run(programs / "tenon-convert", *arguments)
    expected = (0, "") if says is None else (1, "tenon: %s\n" % says)
    check("tenon-convert " + " ".join(map(str, arguments)), (code, out) == expected, code, out, expected)


def write_input(name, shape, kind):
    """Random numbers, or indices below 8."""
    draw, count = random.Random(name), 1
    for size in shape:
        count *= size
    values = [draw.uniform(-1, 1) if kind == "f4" else draw.randrange(8) for _ in range(count)]
    write_npy(folder / name, shape, values, "<" + kind)


def answer(model, name, output, *arguments):
    """The bytes that tenon-run answers."""
    code, out = run(*mpirun, "-n", "1", programs / "tenon-run", model, "--backend", "reference", "--input", name + "_x.npy",
                    "--output", output, *arguments)
    check("tenon-run %s" % model, code == 0, code, out)
    return (folder / output).read_bytes() if (folder / output).exists() else None


seed = mlp[1:]
cases = [  # struct, model, what tenon-convert and tenon-run are told, the input
    ("Mlp", examples / "mlp.mindir", seed, [32, 28, 28], "f4", "x"),
    ("Conv", models / "conv.mindir", [], [2, 2, 18, 18], "f4", "x"),
    ("Pictures", models / "pictures.onnx", [], [3, 4, 13, 12], "f4", "x"),
    ("Mobile", models / "mobile.onnx", [], [2, 3, 12, 12], "f4", "x"),
    ("Block", models / "block.onnx", [], [4, 5], "i8", "tokens"),
    ("Words", models / "block.mindir", [], [2, 5], "i4", "t"),
]
expected = {}
for name, model, told, shape, kind, of in cases:
    write_input(name + "_x.npy", shape, kind)
    expected[name] = answer(model, name, name + "_expected.npy", *told)
    sizes = ",".join(map(str, shape))
    convert(model, *told, "--input-shape", "%s:%s" % (of, sizes), "--name", name, "--header", name + ".hpp", "--weights",
            name + ".safetensors", "--out", name + ".mindir")
    check("MindIR of %s gives the same bits" % name, answer(name + ".mindir", name, "again.npy") == expected[name])

kinds = {"f4": "float", "i4": "std::int32_t", "i8": "std::int64_t"}
(folder / "program.cpp").write_text("".join('#include "%s.hpp"\n' % case[0] for case in cases) + """
#include <tenon/backend/reference.hpp>
#include <tenon/io/npy.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/model.hpp>

template <class Network, class Input, class Element>
void answer(const std::string& name) {
  tenon::Model<Network, Input, tenon::AnyOf<1>> model(tenon::Reference{});
  model.load(name + ".safetensors");
  const tenon::Array x = tenon::read_npy(name + "_x.npy");
  const auto y = model.predict_rows(0, x.as<Element>());
  const auto& output = model.plan().buffer(model.plan().output);
  tenon::write_npy(name + "_y.npy", y, output.distribution.shape);
}
int main() {
""" + "".join("  answer<%s, %sInput, %s>(\"%s\");\n" % (name, name, kinds[kind], name)
              for name, _, _, _, kind, _ in cases) + "}\n")
flags = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I%s" % include]
quiet = ["-Wno-restrict"] if "++" in compiler[-1] and "clang" not in compiler[-1] else []  # g++ 12's own: PR105651
code, out = run(*compiler, *flags, *quiet, "program.cpp", "-o", "program", "-lz", "-lpthread")
check("the networks compile", code == 0, out[-3000:])
if code == 0:
    code, out = run(folder / "program")
    check("the networks run", code == 0, out)
    for name, *_ in cases:
        made = folder / (name + "_y.npy")
        check("%s in C++ gives the same bits" % name, made.exists() and made.read_bytes() == expected[name])
clang = shutil.which("clang++")
if clang and "clang" not in " ".join(compiler):
    headers = "".join('#include "%s.hpp"\n' % case[0] for case in cases)
    plans = "".join("static_assert(tenon::plan_of<%s, tenon::Devices<2>, %sInput>.steps.size() > 0);\n" % (case[0], case[0])
                    for case in cases)
    (folder / "plans.cpp").write_text(headers + plans)
    code, out = run(clang, *flags, "-fconstexpr-steps=1000000000", "-fsyntax-only", "plans.cpp")
    check("the networks compile with clang, also for 2 ranks", code == 0, out[-3000:])

header = (folder / "Mlp.hpp").read_text()
check("a network reads as its user would write it", """struct Mlp {
  tenon::Dense layer1{"layer1", 784, 512};
  tenon::Dense layer2{"layer2", 512, 512};
  tenon::Dense layer3{"layer3", 512, 10};

  constexpr auto construct(auto x) const {
    x = tenon::relu(layer1(tenon::flatten(x)));             // [32, 512]
    x = tenon::relu(layer2(x));                             // [32, 512]
    return layer3(x);                                       // [32, 10]
  }
};

using MlpInput = tenon::Input<32, 28, 28>;
""" in header, header)

told = ["--input", "Mlp_x.npy", "--backend", "reference", "--reproducible"]
code, out = run(*mpirun, "-n", "2", programs / "tenon-run", "Mlp.mindir", "--cut-weights", "--export", "ranks/net_rank_{}")
check("a model is exported for its ranks", (code, out) == (0, ""), code, out)
whole, parts = folder / "whole.npy", folder / "parts.npy"
run(*mpirun, "-n", "2", programs / "tenon-run", "Mlp.mindir", "--cut-weights", *told, "--output", whole)
run(*mpirun, "-n", "2", programs / "tenon-run", "ranks/net_rank_{}.mindir", *told, "--output", parts)
check("it gives the same bits", whole.exists() and parts.exists() and whole.read_bytes() == parts.read_bytes())
code, out = run(*mpirun, "-n", "3", programs / "tenon-run", "ranks/net_rank_{}.mindir", *told)
says = "tenon: ranks/net_rank_{}.mindir was exported for 2 ranks, and there are 3: export it again for these"
check("on other ranks it is one error", code != 0 and out.count("tenon: ") == 1, out)

before = sorted(folder.iterdir())
convert(models / "products.onnx", "--header", "none.hpp", "--weights", "none.safetensors",
        says="%s: cannot be written as a network in C++: it has 9 outputs; legal: 1" % (models / "products.onnx"))
convert(examples / "mlp.mindir", "--out", "none.mindir",
        says="%s has no values of layer1.weight and 5 more: give a checkpoint that has them" % (examples / "mlp.mindir"))
convert(models / "conv.mindir", says="nothing is to be written: say --header and --weights, or --out")
check("nothing is left behind", sorted(folder.iterdir()) == before)
end()
