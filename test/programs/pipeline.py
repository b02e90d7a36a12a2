# SPDX-License-Identifier: Apache-2.0
"""Pipelines as a user runs them: tenon-explain shows what each stage does and what goes between them, tenon-run and
tenon-eval give one rank's answers, exports too; what is wrong is said once, and every rank ends."""
import json
import re
import subprocess

from program import check, data, end, examples, folder, mlp, programs, read_npy, run_ranks, write_npy

stages_of_mindspore = data / "mindspore/strategy/pipe8/strategy_rank{}.ckpt"
in_two = ["--pipeline-stages", "layer1=0,layer3=1"]


def explain(*arguments):
    done = subprocess.run([str(programs / "tenon-explain"), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.splitlines()


# What each stage does, and what goes between them.
model = ["--model", examples / "mlp.mindir", "--batch", 32, "--devices", 8]
code, out, error = explain(*model, "--strategy", stages_of_mindspore)
check("tenon-explain shows stages", code == 0 and not error and "in 2 stages" in out and "stage 0, ranks 0 to 3\n" in out and
      "stage 1, ranks 4 to 7\n" in out and
      re.search(r"to stage 1: each rank sends the rank 4 behind it 1 message of \d+ bytes", out), code, out, error)
code, out, error = explain(*model, "--strategy", stages_of_mindspore, "--json")
stages = json.loads(out)["stages"] if code == 0 else []
check("the stages' numbers", len(stages) == 2 and [stage["ranks"] for stage in stages] == [[0, 3], [4, 7]] and
      stages[0]["bytes_sent_on"] == sum(one["bytes"] for one in stages[0]["sent_on"]) > 0 and
      stages[0]["messages_sent_on"] == 1 and stages[1]["sent_on"] == [] and stages[1]["bytes_sent_on"] == 0 and
      stages[1]["channel_bytes"] == 2 * stages[0]["bytes_sent_on"] and stages[0]["channel_bytes"] == 0, out)
weights = {0: 784 * 512 + 512 + 512 * 512 + 512, 1: 512 * 10 + 10}  # of all ranks of a stage, at least
check("each stage holds its own parameters", all(4 * stages[s]["parameter_bytes"] >= 4 * weights[s] for s in (0, 1)) and
      stages[1]["parameter_bytes"] < 4 * weights[0] / 4, out)
code, out, error = explain(*model, *in_two, "--record")
check("what MindSpore would write down of each stage", code == 0 and not error and out.count("layout") >= 2 and
      "MatMul_layer3.weight" in out.split("stage 1, ranks")[1] and "MatMul_layer3.weight" not in out.split("stage 1, ranks")[0],
      code, out, error)
code, out, error = explain(*model, *in_two, "--auto", "--write-strategy", folder / "found.ckpt")
check("tenon-explain --auto of stages", code == 0 and not error and "each stage by itself" in out and
      re.search(r"layer1\S*\.shard\(|MatMul\S*\.shard\(|shard\(", out) and "wrote" in out, code, out, error)

plans = [json.loads(explain(*model, *how, "--json")[1]) for how in ([*in_two, "--auto"], ["--strategy", folder / "found.ckpt"])]
check("the file that is written is the plan that was found", plans[0].pop("found")["operators"] and plans[0] == plans[1], *plans)

# The answers of one rank.
x = write_npy(folder / "x.npy", [5, 28, 28], [(i * 37 % 101) / 100 for i in range(5 * 784)])
answers = {}
for ranks, how in [(1, ()), (2, in_two), (4, in_two), (4, [*in_two, "--cut-weights"]), (4, [*in_two, "--micro-batches", 3]),
                   (4, [*in_two, "--auto"]), (8, ["--strategy", stages_of_mindspore]), (4, ["--strategy", folder / "found.ckpt"])]:
    if ranks == 4 and "--strategy" in how:
        ranks = 8  # it was found for 8
    y = folder / "y.npy"
    code, out, error = run_ranks(ranks, "tenon-run", *mlp, *how, "--input", x, "--output", y, "--plan")
    check("tenon-run on %d ranks %s" % (ranks, how), code == 0 and not error, code, out, error)
    answers[ranks, tuple(map(str, how))] = read_npy(y)[1] if y.exists() else []
    y.unlink(missing_ok=True)
    check("each stage's plan is shown", ranks == 1 or (
        out.count("stage 0, rank") == 1 and out.count("to stage 1: ") == 1), out)
check("the same answers", all(len(values) == 50 and all(abs(a - b) < 1e-3 for a, b in zip(values, answers[1, ()]))
                              for values in answers.values()), answers)
code, out, error = run_ranks(4, "tenon-eval", *mlp, *in_two, "--micro-batches", 2)
check("tenon-eval in two stages", code == 0 and not error and "{'Accuracy': 0.9852}" in out, code, out, error)

# Exported, and run from the files.
code, out, error = run_ranks(4, "tenon-run", *mlp, *in_two, "--cut-weights", "--export", folder / "out/net_rank_{}")
check("an export of stages", code == 0 and not error and "of 4 ranks" in out, code, out, error)
code, out, error = run_ranks(4, "tenon-run", folder / "out/net_rank_{}.mindir", "--input", x, "--output", folder / "y.npy")
check("what was exported gives the same", code == 0 and not error and
      all(abs(a - b) < 1e-3 for a, b in zip(read_npy(folder / "y.npy")[1], answers[1, ()])), code, out, error)

# What is wrong is said once, on every rank, and none waits.
for ranks, how, text in [
        (4, ["--pipeline-stages", "layer1=0,layer3=2"], "a stage before that of a layer has no layer"),
        (4, ["--pipeline-stages", "layer1=1,layer2=1,layer3=1"], "stage: 0, stages: 2"),
        (4, ["--pipeline-stages", "layer1=1,layer2=0"], "a layer is in a stage before that of what it reads"),
        (3, in_two, "the ranks are not a multiple of the stages"),
        (1, in_two, "ranks: 1, stages: 2"),
        (2, ["--pipeline-stages", "layer1=0,layer2=1,layer3=2"], "ranks: 2, stages: 3"),
        (4, ["--pipeline-stages", "layer9=1"], "no operator reads a parameter of it"),
        (4, ["--pipeline-stages", "layer1"], "legal: layer1=0,layer3=1"),
        (4, ["--strategy", stages_of_mindspore], "cuts over: 4, devices: 2"),
        (4, ["--strategy", folder / "none{}.ckpt"], "there is no strategy file"),
        (4, [*in_two, "--export", folder / "one.mindir"], "names one file")]:
    for program in ("tenon-run", "tenon-eval"):
        if "--export" in how and program == "tenon-eval":
            continue
        code, out, error = run_ranks(ranks, program, *mlp, *how)
        check("wrong: %s on %d ranks %s" % (program, ranks, how), code == 1 and len(error) == 1 and text in error[0] and
              "Accuracy" not in out and "data is" not in out, code, out, error)
    if "--export" in how or "none{}" in str(how):
        continue
    code, out, error = explain("--model", examples / "mlp.mindir", "--devices", ranks, *how)
    check("wrong: tenon-explain %s" % how, code == 2 and len(error) == 1 and text in error[0] and not out, code, out, error)
code, out, error = run_ranks(2, "tenon-run", *mlp, *in_two, "--micro-batches", 0)
check("no micro-batches", code == 2 and "--micro-batches" in error[0], code, error)
end()
