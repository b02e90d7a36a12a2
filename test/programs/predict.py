# SPDX-License-Identifier: Apache-2.0
"""Runs tenon-predict as a user would: a large MatMul in under two seconds, bound, estimate and band in this order,
the same bytes on every run, a chip as a file and back, and one message for what is wrong."""
import json
import subprocess
import time

from program import check, end, folder, programs

big = ["op", "matmul", "--m", "8192", "--n", "8192", "--k", "8192", "--dtype", "f16"]


def run(*arguments):
    done = subprocess.run([str(programs / "tenon-predict"), *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.splitlines()


start = time.monotonic()
code, first, _ = run(*big, "--chip", "ascend910b1", "--cores", "24", "--base", "128x256x64", "--json")
took = time.monotonic() - start
check("8192 cubed ends well in under two seconds", code == 0 and took < 2, code, took)
check("the same bytes again", run(*big, "--chip", "ascend910b1", "--cores", "24", "--base", "128x256x64",
                                  "--json")[1] == first)
time_of = json.loads(first)
ideal = 8192 ** 3 / (24 * 4096 * 1.85e3)  # microseconds of 24 cubes at 1.85 GHz
check("its bound is the cubes'", abs(time_of["lower_bound"] / ideal - 1) < 1e-9 and time_of["limit"] == "cube", time_of)
check("bound, estimate, band", time_of["lower_bound"] < time_of["estimate"] < time_of["upper"], time_of)
check("all of its work", time_of["macs"] == 8192 ** 3, time_of["macs"])
check("the cube is busy as long as that at least", time_of["pipes"]["M"]["mean"] > ideal, time_of["pipes"])

code, lines, _ = run(*big, "--chip", "ascend910")
check("a 910's time is not validated, and it says so", code == 0 and "NOT VALIDATED" in lines, lines)
check("never one bare number", all(word in lines for word in ("no less than", "estimate", "no more than")), lines)

for op in ("copy", "add", "relu", "gelu", "softmax", "layer_norm", "transpose", "concat"):
    code, lines, _ = run("op", op, "--shape", "4096,4096", "--dtype", "bf16", "--json")
    check(op + " is predicted", code == 0 and json.loads(lines)["estimate"] > 10, lines)
for op in (["conv2d", "--shape", "8,3,224,224", "--window", "64,3,7,7", "--stride", "2,2", "--pad", "3"],
           ["max_pool", "--shape", "8,64,112,112", "--window", "3,3", "--stride", "2,2", "--pad", "1"],
           ["reduce_sum", "--shape", "16,256,256", "--axis", "1"], ["bias_add", "--shape", "8,64,28,28", "--other", "64"],
           ["matmul", "--m", "512", "--n", "512", "--k", "64", "--batch", "96"]):
    code, lines, _ = run("op", *op, "--json")
    found = json.loads(lines)
    check(op[0] + " is predicted", code == 0 and found["lower_bound"] < found["estimate"] < found["upper"] and
          found["advice"], lines)

picture = folder / "pipes.svg"
code, lines, errors = run("op", "softmax", "--shape", "64,1000", "--timeline", picture)
check("a picture of its pipes", code == 0 and not errors and picture.read_text().count("<rect ") >= 8, errors)
code, lines, errors = run("op", "softmax", "--shape", "64,1000", "--timeline", folder / "pipes.json")
events = json.loads((folder / "pipes.json").read_text())["traceEvents"]
check("and one for Perfetto", code == 0 and {e["args"]["name"] for e in events if e["name"] == "thread_name"} ==
      {"V", "MTE2", "MTE3"}, errors)

code, lines, _ = run("chips")
names = [line.split()[0] for line in lines.splitlines()]
check("four chips", names == ["ascend910", "ascend910b1", "ascend910b2", "ascend310p"], names)
for name in names:
    chip = run("chips", name)[1]
    (folder / "mine.json").write_text(chip)
    check(name + " from its file is the same", run("chips", folder / "mine.json")[1] == chip)
    check(name + "'s file predicts the same", run("op", "add", "--shape", "9,999", "--chip", folder / "mine.json")[1] ==
          run("op", "add", "--shape", "9,999", "--chip", name)[1])


def changed(change):
    all = json.loads(run("chips", "ascend910b1")[1])
    change(all)
    (folder / "wrong.json").write_text(json.dumps(all))
    return run("op", "add", "--shape", "9", "--chip", folder / "wrong.json")


for what, change in (("is missing", lambda x: x.pop("hbm")), ("instead of a number above 0",
                     lambda x: x["hbm"].update(value=-1)), ("its unit is bytes, not GiB",
                     lambda x: x["hbm"].update(unit="GiB"))):
    code, lines, errors = changed(change)
    check("a file in which a number " + what, code == 1 and not lines and len(errors) == 1 and what in errors[0] and
          "wrong.json" in errors[0] and "hbm" in errors[0], code, lines, errors)
for what, arguments in (("there is no chip", [*big, "--chip", "ascend920"]), ("there is no operator", ["op", "conjure",
                        "--shape", "1"]), ("bytes of l0c", [*big, "--base", "256x256x64"]), ("24 cube cores", [*big,
                        "--cores", "25"]), ("3 numbers with x between", [*big, "--base", "16x16"]), ("cannot read",
                        [*big, "--chip", "nowhere.json"]), ("say the --shape", ["op", "add"]), ("is not repeated over", ["op", "add", "--shape", "3,4", "--other", "5"]),
                        ("there is no axis 2", ["op", "softmax", "--shape", "3,4", "--axis", "2"]),
                        ("ends in .svg or .json", ["op", "relu", "--shape", "4", "--timeline", "t.png"])):
    code, lines, errors = run(*arguments)
    check("wrong: " + what, code == 1 and not lines and len(errors) == 1 and what in errors[0], code, lines, errors)

(folder / "points.json").write_text(json.dumps({"points": [
    {"id": "mine", "family": "add kernels", "chip": "ascend910b1", "op": "add", "shape": [1048576], "source": "here",
     "microseconds": {"task": 20.0}}]}))
code, lines, errors = run("calibrate", folder / "points.json", "--json")
(folder / "fitted.json").write_text(lines)
(folder / "points.csv").write_text("id,chip,op,shape,family,source,task us\nmine,ascend910b1,add,1048576,add kernels,here,20\n")
check("the same from a table", run("calibrate", folder / "points.csv", "--json") == (code, lines, errors))
near = json.loads(run("op", "add", "--shape", "1048576", "--chip", folder / "fitted.json", "--json")[1])["estimate"]
check("a measured time is met by what is fitted to it", code == 0 and abs(near / 20 - 1) < 0.05, near, errors)
end()
