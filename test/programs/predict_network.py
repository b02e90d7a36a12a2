# SPDX-License-Identifier: Apache-2.0
"""Runs tenon-predict network as a user would: bounds, estimates, casts, a timeline, and one message for what is wrong."""
import json
import subprocess

from program import check, end, examples, folder, programs

mlp = examples / "mlp.mindir"


def run(*arguments):
    done = subprocess.run([programs / "tenon-predict", "network", *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


for chip in ("ascend910", "ascend910b1"):
    code, out, error = run(mlp, "--batch", 32, "--chip", chip, "--strategy", examples / "seed8/strategy.ckpt", "--devices", "8")
    check("a strategy file on " + chip, code == 0 and not error and "layer1" in out and ("NOT VALIDATED" in out) == (chip == "ascend910"),
          code, out, error)
code, out, error = run(mlp, "--batch", 4096, "--cut-weights", "--json", "--casts", "--trace", folder / "trace.json")
found = json.loads(out)
check("1 to 16 devices", code == 0 and [row["devices"] for row in found["devices"]] == [1, 2, 4, 8, 16], code, error)
for row in found["devices"]:
    parts = [row["seconds"], row["compute"], row["communication"], *(s["compute"] for s in row["steps"])]
    check("bound, estimate, band", all(x["lower"] <= x["estimate"] <= x["upper"] for x in parts), row)
    total = sum(s["compute"]["estimate"] + s["communication"]["estimate"] for s in row["steps"])
    check("steps add up", abs(total / row["seconds"]["estimate"] - 1) < 1e-9, row)
    check("memory", row["memory"]["fits"] and row["memory"]["weights"] > 0, row)
    check("what would help", all(s["advice"] and 0 <= s["utilisation"] <= 1 for s in row["steps"]), row)
wide = json.loads(run(mlp, "--batch", 4096, "--cut-weights", "--json", "--chip", "ascend910b1", "--precision",
                      "must_keep_origin_dtype")[1])
for narrow, row in zip(found["devices"], wide["devices"]):
    check("float16 is half of float32, but a bias that an exchange adds", row["memory"]["arena"] == 2 * narrow["memory"]["arena"]
          and 0.5 <= narrow["memory"]["weights"] / row["memory"]["weights"] < 0.51, row["memory"], narrow["memory"])
check("slices are smaller", found["devices"][3]["memory"]["weights"] < found["devices"][0]["memory"]["weights"] / 7)
events = json.loads((folder / "trace.json").read_text())["traceEvents"]
check("a process for each device", {e["pid"] for e in events} == set(range(16)))
code, out, error = run(mlp, "--batch", 32, "--devices", "1", "--casts")
check("casts are listed", code == 0 and out.count("cast inputs to float16, MatMul, result float16") == 3, out, error)
for arguments, says in [(["none.mindir"], "none.mindir: it does not exist"), ([mlp, "--chip", "x"], "there is no chip x"),
                        ([mlp, "--devices", "0"], "--devices 0; legal: 1 to 4096"), ([mlp, "--rank-table", mlp], "mlp.mindir"),
                        ([mlp, "--chip", "ascend910", "--precision", "must_keep_origin_dtype"], "its cube multiplies float16"),
                        ([mlp, "--devices", "1", "--trace", folder / "none/t.json"], "cannot write")]:
    code, out, error = run(*arguments)
    check("wrong: " + " ".join(map(str, arguments)), code == 1 and error.count("\n") == 1 and says in error, code, error)
end()
