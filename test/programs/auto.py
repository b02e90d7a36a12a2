# SPDX-License-Identifier: Apache-2.0
"""Finds strategies as a user would: tenon-explain --auto says what it chose and why, what it prints for C++ compiles and
costs what it said, the strategy file that it writes is the same plan; tenon-run --auto gives the same answers on any
machine; tenon-predict prices thousands of ranks at once; one message for what is wrong."""
import json
import os
import re
import shlex
import subprocess

from program import check, end, examples, folder, mlp, programs, run_ranks

root = examples.parent.parent


def run(program, *arguments):
    done = subprocess.run([str(programs / program), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.splitlines()


# What is chosen, and what else there is.
code, out, error = run("tenon-explain", "--auto", "--devices", 4)
shards = re.findall(r"^  (\w+\.matmul\.shard\(.*\);)\s+// (Strategy<.*>)$", out, re.M)
check("tenon-explain --auto", code == 0 and not error and "without strategies" in out and
      re.search(r": nothing is cheaper among \d+ ways of 3 operators$", out, re.M) and "the tutorial's" in out and shards, code, out, error)
code, out, error = run("tenon-explain", "--auto", "--devices", 4, "--json")
found = json.loads(out)
networks = {network["name"]: network for network in found["networks"]}
check("the best is what was found", found["exact"] and networks["found"]["seconds"] == found["seconds"] and
      all(network["seconds"] >= found["seconds"] for network in networks.values()), out)
check("three products, each beside its alternatives", len(found["operators"]) == 3 and all(
    operator["alternatives"][0]["seconds"] == found["seconds"] and len(operator["alternatives"]) > 5 and
    operator["strategy"] in [way["strategy"] for way in operator["alternatives"]] for operator in found["operators"]), out)

# What it prints for C++, in a program.
(folder / "pasted.cpp").write_text("""
#include <tenon/layout/types.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/relu.hpp>
#include <tenon/plan/constant.hpp>
#include <tenon/search/machines.hpp>
#include <tenon/search/plan_cost.hpp>
using namespace tenon;
struct Pasted {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};
  constexpr Pasted() { %s }
  constexpr auto construct(auto x) const { return layer3(relu(layer2(relu(layer1(flatten(x)))))); }
};
using Types = void (*)(%s);
constexpr const auto& plan_pasted = plan_of<Pasted, Devices<4>, Input<32, 28, 28>>;
static_assert(plan_cost(plan_pasted, CpuNode::machine).total() == %d);
static_assert(plan_pasted.collectives() == %d && plan_pasted.bytes_sent() <= %d);
""" % (" ".join(line for line, _ in shards), ", ".join(kind for _, kind in shards), round(found["seconds"] * 1e12),
       networks["found"]["collectives"], networks["found"]["bytes_sent"]))
compiler = shlex.split(os.environ["TENON_COMPILER"])
done = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", "-I%s" % (root / "include"), str(folder / "pasted.cpp")],
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
check("what is printed for C++ compiles, and costs what was said", done.returncode == 0, done.stdout)

# The strategy file is the same plan, and the answers are the same.
for name in ("found.ckpt", "found.json"):
    code, out, error = run("tenon-explain", "--auto", "--model", examples / "mlp.mindir", "--batch", 8, "--devices", 4,
                           "--write-strategy", folder / name)
    check("writes " + name, code == 0 and not error and (folder / name).exists(), code, out, error)
code, out, error = run("tenon-explain", "--auto", "--model", examples / "mlp.mindir", "--batch", 8, "--devices", 4)
check("layers of a file are named as tenon-convert names them",
      re.search(r"^  layer\d\.matmul\.shard\(", out, re.M) and "/" not in "".join(re.findall(r"^  \S+\.shard", out, re.M)), out)
code, out, error = run("tenon-explain", "--auto", "--pipeline-stages", "layer1=0,layer3=1", "--json", "--devices", 4)
staged = json.loads(out)["found"]
check("stages: what was found is said, and not called exact", not staged["exact"] and staged["seconds"] > 0 and
      [one["strategy"] for one in staged["operators"] if one["name"].endswith("matmul")], staged)
answers = {}
for how in ((), ("--auto",), ("--strategy", folder / "found.ckpt"), ("--strategy", folder / "found.json"),
            ("--auto=recursive_programming", "--machine", "gpu"),
            ("--auto=sharding_propagation", "--strategy", folder / "found.ckpt")):
    code, out, error = run_ranks(4, "tenon-run", *mlp, *how, "--input-shape", "x:8,28,28", "--plan", "--repeat", 1)
    lines = out.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("tensor's name")), 0)
    values = [float(word) for word in lines[start + 1].split(":")[1].split()] if start else []
    check("tenon-run " + " ".join(map(str, how)), code == 0 and not error and len(values) == 10, code, out, error)
    answers[tuple(map(str, how))] = lines[:start], values
plans = {how: plan for how, (plan, _) in answers.items()}
check("the file's plan is the search's", plans[("--auto",)] == plans[("--strategy", str(folder / "found.ckpt"))] ==
      plans[("--strategy", str(folder / "found.json"))] != plans[()], plans)
check("the same answers", all(abs(a - b) < 1e-3 for _, values in answers.values() for a, b in zip(values, answers[()][1])),
      answers)

# A machine of one's own, and thousands of ranks of it.
mine = {"name": "mine", "source": "made up", "flops": 1e10, "memory_rate": 1e10, "step": 1e-6, "node_ranks": 2,
        "processors": 2, "inside": {"exchange": 1e-6, "message": 1e-7, "rate": 1e10},
        "between": {"exchange": 1e-4, "message": 1e-5, "rate": 1e8}}
(folder / "mine.json").write_text(json.dumps(mine))
(folder / "slow.json").write_text(json.dumps({**mine, "between": {"exchange": 1e-2, "message": 1e-3, "rate": 1e6}}))
prices = {}
for machine in ("mine", "slow"):
    code, out, error = run("tenon-predict", "network", examples / "mlp.mindir", "--batch", 4096, "--cut-weights", "--machine",
                           folder / (machine + ".json"), "--json")
    prices[machine] = json.loads(out)["devices"] if code == 0 else []
    check("priced on " + machine, [row["devices"] for row in prices[machine]] == [8, 64, 512, 4096], code, out, error)
check("a slower network costs more, computing does not", all(slow["exchange"] > fast["exchange"] and
      slow["compute"] == fast["compute"] for slow, fast in zip(prices["slow"], prices["mine"]) if fast["exchange"]), prices)
check("planning 4096 ranks takes no second", all(row["planning_seconds"] < 1 for row in prices["mine"]), prices)

# What is wrong.
for what, program, arguments in (
        ("there is no search mode fast", "tenon-explain", ["--auto=fast"]),
        ("there is no machine desk; legal: cpu", "tenon-explain", ["--auto", "--machine", "desk"]),
        ("cannot read " + str(folder / "none.json"), "tenon-explain", ["--auto", "--machine", folder / "none.json"]),
        ("sharding_propagation starts from operators that have a strategy", "tenon-explain",
         ["--auto=sharding_propagation", "--model", examples / "mlp.mindir"]),
        ("cuts over: 4, devices: 3", "tenon-explain",
         ["--auto", "--devices", 3, "--model", examples / "mlp.mindir", "--fixed", examples / "seed8/strategy.ckpt"]),
        ("--devices 5000; legal: 1 to 4096", "tenon-predict",
         ["network", examples / "mlp.mindir", "--machine", "cpu", "--devices", 5000])):
    code, out, error = run(program, *arguments)
    check("wrong: " + what, code != 0 and not out and len(error) == 1 and what in error[0], code, out, error)
(folder / "broken.json").write_text(json.dumps({**mine, "flops": -1}))
code, out, error = run_ranks(2, "tenon-run", *mlp, "--auto", "--machine", folder / "broken.json")
check("a machine that is none, once", code != 0 and len(error) == 1 and "flops is -1" in error[0], code, out, error)
end()
