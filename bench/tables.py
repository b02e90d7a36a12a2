# SPDX-License-Identifier: Apache-2.0
"""tables.py FOLDER: the tables of docs/performance.md, between <!-- NAME --> and <!-- end -->, become those of
FOLDER/results.json, and docs/pictures/*.svg copies of FOLDER/*.svg. Ratios are the peer's time / Tenon's."""
import json
import math
import pathlib
import re
import shutil
import sys

root = pathlib.Path(__file__).resolve().parent.parent
folder = pathlib.Path(sys.argv[1])
results = json.loads((folder / "results.json").read_text())


def cases(bench, **wanted):
    """{(case, dtype, ranks, threads): {contender: result}}"""
    found = {}
    for r in results:
        if r["bench"] == bench and "seconds_min" in r and all(r[key] == value for key, value in wanted.items()):
            found.setdefault((r["case"], r["dtype"], r["ranks"], r["threads"]), {})[r["contender"]] = r
    return found


def is_peer(contender):
    return not contender.startswith(("limit", "tenon"))


def ratio(case, which, peer=None):
    """Of that peer, or of the fastest one; none where one of them is not there."""
    others = [r[which] for name, r in case.items() if (name == peer if peer else is_peer(name))]
    return min(others) / case["tenon"][which] if others and "tenon" in case else None


def times(case, peer=None):
    least, median = ratio(case, "seconds_min", peer), ratio(case, "seconds_median", peer)
    return "%.2f (%.2f)" % (least, median) if least else ""


def mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def means(of):
    return "%.2f (%.2f)" % tuple(mean([ratio(case, which) for case in of]) for which in ("seconds_min", "seconds_median"))


def microseconds(result):
    return "%.3g" % (1e6 * result["seconds_min"]) if result["seconds_min"] < 1e-3 else "%.0f" % (1e6 * result["seconds_min"])


def table(head, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def kernels():
    rows = []
    for dtype in ("fp32", "bf16"):
        for threads in (1, 2):
            own = cases("kernels", dtype=dtype, threads=threads)
            if not own:
                continue
            found = {key[0]: ratio(case, "seconds_min") for key, case in own.items()}
            least = min(found, key=found.get)
            shares = [min(r["seconds_median"] for name, r in case.items() if name.startswith("limit")) /
                      case["tenon"]["seconds_median"] for case in own.values() if any(n.startswith("limit") for n in case)]
            rows.append(["%s, %d thread%s" % (dtype, threads, "s" * (threads > 1)), means(own.values()),
                         "%.2f (%s)" % (found[least], least), "%d of %d" % (sum(f >= 0.97 for f in found.values()), len(found)),
                         "%.0f %%" % (100 * max(shares)) if shares else ""])
    return table(["", "geometric mean", "the least", "at least 0.97", "of the limit, at best"], rows)


def forward():
    rows = []
    for (name, dtype, _, threads), case in cases("forward", ranks=1).items():
        peers = [microseconds(case[peer]) if peer in case else "" for peer in ("onednn", "onnxruntime", "openblas", "eigen")]
        rows.append(["%s, %s, %d thread%s" % (name, dtype, threads, "s" * (threads > 1)), microseconds(case["tenon"]), *peers,
                     times(case, "onednn"), times(case, "onnxruntime")])
    return table(["microseconds", "Tenon", "oneDNN", "onnxruntime", "OpenBLAS", "Eigen", "oneDNN / Tenon",
                  "onnxruntime / Tenon"], rows)


def forward_ranks():
    rows = []
    for ranks in sorted({key[2] for key in cases("forward") if key[2] > 1}):
        own = cases("forward", ranks=ranks, dtype="fp32")
        for (name, *_), case in own.items():
            hand = min((r for n, r in case.items() if is_peer(n)), key=lambda r: r["seconds_min"])
            tutorial = case.get("tenon tutorial")
            rows.append(["%d ranks, %s" % (ranks, name), microseconds(case["tenon"]), microseconds(hand), times(case),
                         microseconds(tutorial) if tutorial else ""])
        rows.append(["%d ranks, geometric mean" % ranks, "", "", means(own.values()), ""])
    return table(["microseconds", "Tenon", "by hand", "by hand / Tenon", "Tenon, the tutorial's cuts"], rows)


def lenet5():
    rows = [["%s, %d thread%s" % (name, threads, "s" * (threads > 1)), microseconds(case["tenon"]),
             microseconds(case["onnxruntime"]) if "onnxruntime" in case else "", times(case)]
            for (name, _, _, threads), case in cases("lenet5").items()]
    return table(["microseconds", "Tenon", "onnxruntime", "onnxruntime / Tenon"], rows)


def pool():
    rows = [[name, *(microseconds(case[who]) if who in case else "" for who in ("tenon", "in process", "onnxruntime")),
             times(case, "in process"), times(case, "onnxruntime")] for (name, *_), case in cases("pool").items()]
    return table(["microseconds", "Tenon", "one process, 2 threads", "onnxruntime", "one process / Tenon",
                  "onnxruntime / Tenon"], rows)


def collectives():
    own = cases("collectives")
    counts = sorted({key[2] for key in own})
    rows = [[name, *(times(own.get((name, "fp32", ranks, 1), {})) for ranks in counts)]
            for name in dict.fromkeys(key[0] for key in own)]
    rows.append(["geometric mean", *(means(cases("collectives", ranks=ranks).values()) for ranks in counts)])
    return table(["Open MPI / Tenon", *("%d ranks" % ranks for ranks in counts)], rows)


def matmul():
    rows = []
    for (name, dtype, ranks, _), case in cases("matmul").items():
        def rate(result):
            return "%.0f" % (result["flops"] / result["seconds_min"] / 1e9)
        peer = min((r for n, r in case.items() if is_peer(n)), key=lambda r: r["seconds_min"])
        rows.append(["%s, %s, %d ranks" % (name.replace("^3", " cubed"), dtype, ranks), rate(peer),
                     rate(case["tenon"]) if "tenon" in case else "", times(case)])
    return table(["GFLOP/s", "ScaLAPACK", "Tenon", "ScaLAPACK's time / Tenon's"], rows)


def compile_cost():
    rows = [[r["case"] + ("" if r["contender"] == "tenon" else ": " + r["contender"]), "%.1f" % r["seconds_min"],
             "%.0f" % r["peak_mebibytes"], "%g s" % r["budget_seconds"] if "budget_seconds" in r else ""]
            for r in results if r["bench"] == "compile" and "seconds_min" in r]
    return table(["", "seconds", "MiB", "budget"], rows)


page = root / "docs/performance.md"
text = page.read_text()
for name, make in [("kernels", kernels), ("forward", forward), ("forward_ranks", forward_ranks),
                   ("lenet5", lenet5), ("pool", pool), ("collectives", collectives), ("matmul", matmul), ("compile", compile_cost)]:
    if any(r["bench"] == name.partition("_")[0] and "seconds_min" in r for r in results):
        text = re.sub(r"(<!-- %s -->).*?(<!-- end -->)" % name, lambda m: "\n\n".join([m[1], make(), m[2]]), text, flags=re.S)
page.write_text(text)
(root / "docs/pictures").mkdir(exist_ok=True)
for picture in folder.glob("*.svg"):
    shutil.copyfile(picture, root / "docs/pictures" / picture.name)
