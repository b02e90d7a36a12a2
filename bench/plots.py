# SPDX-License-Identifier: Apache-2.0
"""plots.py FOLDER: joins FOLDER/parts/*.json into FOLDER/results.json, says what was skipped, and draws what is there:
kernels_ratio.svg, kernels_share.svg, forward.svg, forward_ranks.svg, collectives.svg, matmul.svg."""
import io
import json
import math
import pathlib
import re
import sys

ORDER = ["kernels", "forward", "lenet5", "pool", "collectives", "matmul", "checkpoint", "compile"]
COLOURS = {"tenon": "#c0392b", "onednn": "#2471a3", "openblas": "#7d8b99", "eigen": "#b7950b", "onnxruntime": "#6c3483",
           "by hand": "#2471a3", "by hand, yielding": "#85c1e9", "Open MPI": "#2471a3", "Open MPI, yielding": "#85c1e9",
           "scalapack": "#2471a3", "scalapack, yielding": "#85c1e9", "tenon tutorial": "#e59866",
           "tenon by messages": "#e59866"}
MARKS = {"onednn": "o", "openblas": "s", "eigen": "^", "onnxruntime": "D"}

folder = pathlib.Path(sys.argv[1])
files = sorted((folder / "parts").glob("*.json"), key=lambda path: (ORDER + [path.stem]).index(path.stem))
results = [result for path in files for result in json.loads(path.read_text())]
(folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
for result in results:
    if "skipped" in result:
        print("skipped in %(bench)s: %(contender)s (%(skipped)s)" % result)
times = [result for result in results if "seconds_min" in result]
try:
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as pyplot
except ImportError:
    print("no plots: python3-matplotlib is not installed")
    sys.exit()
pyplot.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "tenon",
                        "axes.titlesize": 9, "legend.frameon": False, "svg.fonttype": "none", "axes.axisbelow": True, "font.family": "sans-serif"})


def of(bench, **wanted):
    return [r for r in times if r["bench"] == bench and all(r.get(key) == value for key, value in wanted.items())]


def unique(values):
    return list(dict.fromkeys(values))


def is_limit(contender):
    return contender.startswith("limit")


def by_case(rows):
    """{case: {contender: seconds}}, in the order of the file."""
    cases = {}
    for row in rows:
        cases.setdefault(row["case"], {})[row["contender"]] = row["seconds_min"]
    return cases


def save(figure, name):
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight", metadata={"Date": None})
    pyplot.close(figure)
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text.getvalue(), flags=re.S)
    text = re.sub(r"(\d\.\d)\d+", r"\1", text)  # tenths of a point are enough
    (folder / name).write_text(re.sub(r"\s*\n\s*", "\n", text))
    print("drawn: %s" % (folder / name))


def one_legend(figure, axes):
    """Of all panels together, below them."""
    handles = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    figure.legend(handles.values(), handles.keys(), loc="upper center", bbox_to_anchor=(0.5, 0.02), ncol=len(handles))


def panels(rows):
    """One for each dtype and number of threads."""
    return unique((row["dtype"], row["threads"]) for row in rows)


def threads_text(count):
    return "%d thread%s" % (count, "" if count == 1 else "s")


def kernels(name, title, value, lines):
    """A panel for each dtype and number of threads, a column for each shape, a mark for each contender."""
    rows = of("kernels")
    if not rows:
        return
    figure, grid = pyplot.subplots(len(panels(rows)), 1, figsize=(9, 2.1 * len(panels(rows))), sharex=True, squeeze=False)
    for axis, (dtype, threads) in zip(grid[:, 0], panels(rows)):
        cases = by_case(of("kernels", dtype=dtype, threads=threads))
        for contender in unique(c for case in cases.values() for c in case if not is_limit(c)):
            points = [(i, value(case, contender)) for i, case in enumerate(cases.values())]
            points = [(i, y) for i, y in points if y]
            if points:
                axis.scatter(*zip(*points), label=contender, color=COLOURS.get(contender), zorder=3,
                             marker=MARKS.get(contender, "*"), s=60 if contender == "tenon" else 22)
        lines(axis)
        axis.set_title("%s, %s" % (dtype, threads_text(threads)), loc="left")
        axis.grid(axis="y", color="#dddddd", linewidth=0.6)
        axis.set_xticks(range(len(cases)), [case.partition("x")[0] for case in cases])
        groups = unique(case.partition("x")[2] for case in cases)
        for i, group in enumerate(groups):
            own = [j for j, case in enumerate(cases) if case.partition("x")[2] == group]
            if i:
                axis.axvline(own[0] - 0.5, color="#bbbbbb", linewidth=0.8)
            if axis is grid[-1, 0]:
                axis.text((own[0] + own[-1]) / 2, -0.24, "rows of x %s" % group.replace("x", " x "), ha="center",
                          transform=axis.get_xaxis_transform())
        axis.set_xlim(-0.5, len(cases) - 0.5)
    figure.suptitle(title, x=0.02, ha="left", fontsize=10)
    figure.tight_layout()
    one_legend(figure, grid[:, 0])
    save(figure, name)


def ratio(case, contender):
    return case[contender] / case["tenon"] if "tenon" in case and contender != "tenon" else None


def ratio_lines(axis):
    axis.axhline(1, color=COLOURS["tenon"], linewidth=1)
    axis.set_yscale("log", base=2)
    axis.yaxis.set_major_formatter(lambda y, _: "%g" % y)
    axis.set_ylabel("time / tenon's")


def share(case, contender):
    limits = [seconds for name, seconds in case.items() if is_limit(name)]
    return 100 * min(limits) / case[contender] if limits else None


def share_lines(axis):
    axis.axhline(100, color="#555555", linewidth=1)
    axis.set_ylim(0, 108)
    axis.set_ylabel("% of the limit")


def bars(axis, cases, height, words):
    """A group for each case, a bar for each contender, its words above it."""
    contenders = unique(c for case in cases.values() for c in case if not is_limit(c))
    width = 0.84 / len(contenders)
    for k, contender in enumerate(contenders):
        own = [(i, case[contender], case) for i, case in enumerate(cases.values()) if contender in case]
        places = [i - 0.42 + (k + 0.5) * width for i, _, _ in own]
        heights = [height(row, case) for _, row, case in own]
        axis.bar(places, heights, width * 0.92, label=contender, color=COLOURS.get(contender, "#999999"))
        for x, y, (_, row, _) in zip(places, heights, own):
            axis.text(x, y, words(row), ha="center", va="bottom", fontsize=6)
    axis.set_xticks(range(len(cases)), cases)


def beside_tenon(row, case):
    return row["seconds_min"] / case["tenon"]["seconds_min"]


def microseconds(row):
    return "%.3g" % (1e6 * row["seconds_min"]) if row["seconds_min"] < 1e-3 else "%.0f" % (1e6 * row["seconds_min"])


def gigaflops(row, _=None):
    return row["flops"] / row["seconds_min"] / 1e9


def bar_panels(name, title, rows, key, caption, height, words, label):
    keys = unique(key(row) for row in rows)
    if not rows:
        return
    columns = min(2, len(keys))
    figure, grid = pyplot.subplots(math.ceil(len(keys) / columns), columns, squeeze=False,
                                   figsize=(9, 2.4 * math.ceil(len(keys) / columns)))
    for axis in grid.flat[len(keys):]:
        axis.set_visible(False)
    for axis, panel in zip(grid.flat, keys):
        cases = {}
        for row in rows:
            if key(row) == panel:
                cases.setdefault(row["case"], {})[row["contender"]] = row
        bars(axis, cases, height, words)
        axis.set_title(caption(panel), loc="left")
        axis.set_ylabel(label)
        axis.margins(y=0.12)
    figure.suptitle(title, x=0.02, ha="left", fontsize=10)
    figure.tight_layout()
    one_legend(figure, list(grid.flat[:len(keys)]))
    save(figure, name)


def collectives():
    rows = of("collectives")
    if not rows:
        return
    kinds, counts = unique(r["case"].split(" ")[0] for r in rows), unique(r["ranks"] for r in rows)
    figure, grid = pyplot.subplots(len(kinds), len(counts), figsize=(9, 2.3 * len(kinds)), squeeze=False, sharex=True)
    for row_of_axes, kind in zip(grid, kinds):
        for axis, ranks in zip(row_of_axes, counts):
            own = [r for r in rows if r["case"].split(" ")[0] == kind and r["ranks"] == ranks]
            for contender in unique(r["contender"] for r in own):
                points = sorted((r["bytes"], 1e6 * r["seconds_min"]) for r in own if r["contender"] == contender)
                style = {"color": "#999999", "linestyle": ":"} if is_limit(contender) else {"color": COLOURS.get(contender)}
                axis.plot(*zip(*points), marker=".", label=contender, linewidth=1.2, **style)
            axis.set_xscale("log", base=2)
            axis.set_yscale("log")
            sizes = sorted({r["bytes"] for r in own})
            axis.set_xticks(sizes, ["%d KiB" % (s / 1024) if s < 2**20 else "%d MiB" % (s / 2**20) for s in sizes])
            axis.minorticks_off()
            axis.grid(color="#dddddd", linewidth=0.6)
            axis.set_title("%s, %d ranks" % (kind, ranks), loc="left")
            if axis is row_of_axes[0]:
                axis.set_ylabel("microseconds")
    figure.tight_layout()
    one_legend(figure, grid.flat)
    save(figure, "collectives.svg")


kernels("kernels_ratio.svg", "Peers' times of relu(x w + b), Tenon's being 1: above the line Tenon is faster", ratio, ratio_lines)
kernels("kernels_share.svg", "Share of the multiply-adds that registers alone could do in the same time", share, share_lines)
bar_panels("forward.svg", "The whole network in one process: microseconds, and times of Tenon's (lower is better)",
           of("forward", ranks=1), lambda row: (row["dtype"], row["threads"]),
           lambda panel: "%s, %s" % (panel[0], threads_text(panel[1])), beside_tenon, microseconds, "time / tenon's")
bar_panels("forward_ranks.svg", "The network cut over ranks: microseconds, and times of Tenon's (lower is better)",
           [row for row in of("forward", dtype="fp32") if row["ranks"] > 1], lambda row: row["ranks"],
           lambda ranks: "fp32, %d ranks" % ranks, beside_tenon, microseconds, "time / tenon's")
collectives()
bar_panels("matmul.svg", "Products of large matrices over ranks: GFLOP/s (higher is better)", of("matmul"),
           lambda row: (row["dtype"], row["ranks"]), lambda panel: "%s, %d ranks" % panel, gigaflops,
           lambda row: "%.0f" % gigaflops(row), "GFLOP/s")
