# SPDX-License-Identifier: Apache-2.0
"""compile.py [--json FILE] [--rounds 2]: what Tenon costs the compiler ($CXX, or g++), with -O2, beside the packages that
it includes anyway: seconds of user time, and the compiler's peak memory. "tenon" is one file of a program that compiles
the run-time half separately (tenon/source.hpp); "all in one file" has that half in it. The budgets are those of g++ 12."""
import argparse
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
include = root / "include"


def words(command, default):
    try:
        return shlex.split(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return default


packages = words(["pkg-config", "--cflags", "eigen3"], ["-I/usr/include/eigen3"])
packages += words(["mpicxx", "--showme:compile"], [])


def front_page():
    """The README's program."""
    return re.search(r"```cpp\n(.*?)```", (root / "README.md").read_text(), re.S)[1]


def without_files():
    """The same, but that nothing is loaded."""
    lines = [line for line in front_page().splitlines() if "model.load" not in line]
    program = "\n".join(lines).replace("#include <tenon/tenon.hpp>", """#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/relu.hpp>""")
    return program.replace("#include <iostream>", "#include <boost/mpi/environment.hpp>\n#include <iostream>")


def deep(layers):
    """A network of so many layers over 8 ranks, planned by the compiler and run."""
    members = "".join('  Dense layer%d{"layer%d", 64, 64};\n' % (i, i) for i in range(layers))
    cuts = "".join("    layer%d.matmul.shard(%s);\n" % (i, "{{1, 1}, {1, devices}}" if i % 2 == 0 else
                                                       "{{1, devices}, {devices, 1}}") for i in range(layers))
    steps = "".join("    x = relu(layer%d(x));\n" % i for i in range(layers))
    return """#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>
using namespace tenon;
struct Deep {
%s  constexpr explicit Deep(Index devices) {
%s  }
  constexpr auto construct(auto x) const {
%s    return x;
  }
};
int main() {
  const boost::mpi::communicator world;
  Model<Deep, Input<32, 64>, Devices<8>> model(world, Cpu{});
  return int(model.predict(std::vector<float>(32 * 64)).size());
}
""" % (members, cuts, steps)


def includes(*names):
    return "".join("#include <%s>\n" % name for name in names) + "int main() {}\n"


def room(name):
    return sorted(path.relative_to(include).as_posix() for path in (include / "tenon" / name).glob("*.hpp"))


# Case, contender, program, budget in seconds and MiB.
FRONT = "the front page's network"
IN_ONE = "all in one file"
PROGRAMS = [
    (FRONT, "tenon", front_page(), 8, 600),
    (FRONT, IN_ONE, front_page(), None, None),
    (FRONT, "its packages alone",
     includes("boost/mpi/communicator.hpp", "boost/mpi/environment.hpp", "nlohmann/json.hpp", "protozero/pbf_reader.hpp",
              "zlib.h", "iostream"), None, None),
    ("the same without files", "tenon", without_files(), 8, 600),
    ("the same without files", IN_ONE, without_files(), None, None),
    ("tenon/source.hpp, once", "tenon", "#include <tenon/source.hpp>\n", None, None),
    ("200 layers on 8 ranks", "tenon", deep(200), 20, None),
    ("200 layers on 8 ranks", IN_ONE, deep(200), None, None),
    ("layouts in types", "tenon", includes("tenon/layout/types.hpp"), 0.5, None),
    ("all of layout/", "tenon", includes(*room("layout")), 0.5, None),
]


def compiled(source, folder, contender):
    """Seconds of user time and MiB, or None with the compiler's words on stderr."""
    file = pathlib.Path(folder) / "program.cpp"
    file.write_text(source)
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    steps = "-fconstexpr-steps=1000000000" if "clang" in compiler[-1] else "-fconstexpr-ops-limit=1000000000"
    separately = ["-DTENON_SEPARATE_COMPILATION"] if contender == "tenon" else []
    command = [*compiler, "-std=c++20", "-O2", "-DNDEBUG", steps, *separately, "-I%s" % include, *packages, "-c", str(file),
               "-o", str(file.with_suffix(".o"))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return None if process.returncode else (used.ru_utime, used.ru_maxrss / 1024)


def measured(rounds):
    """One round after the other, all programs in each."""
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(rounds):
            for case, contender, source, _, _ in PROGRAMS:
                short = times.get((case, contender), [(0, 0)])[0][0] < 5
                for _ in range(3 if short and turn else 1):
                    result = compiled(source, folder, contender)
                    if result is None:
                        sys.exit("%s (%s) does not compile" % (case, contender))
                    times.setdefault((case, contender), []).append(result)
    return times


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--json")
    arguments.add_argument("--rounds", type=int, default=2)
    options = arguments.parse_args()
    objects = []
    print("compile: seconds of user time, minimum (median), and peak memory in MiB; budgets in brackets")
    times = measured(options.rounds)
    for case, contender, _, seconds, megabytes in PROGRAMS:
        samples = times[case, contender]
        least, median = min(s for s, _ in samples), statistics.median(s for s, _ in samples)
        peak = max(m for _, m in samples)
        over = (seconds and least > seconds) or (megabytes and peak > megabytes)
        print("  %-26s %-20s %6.2f (%.2f)%s %6.0f%s%s" % (
            case, contender, least, median, " [%g]" % seconds if seconds else "", peak,
            " [%g]" % megabytes if megabytes else "", "  OVER" if over else ""))
        objects.append({"bench": "compile", "case": case, "contender": contender, "ranks": 1, "threads": 1,
                        "dtype": "", "seconds_min": least, "seconds_median": median, "peak_mebibytes": peak,
                        **({"budget_seconds": seconds} if seconds else {}),
                        **({"budget_mebibytes": megabytes} if megabytes else {})})
    lines = [len(path.read_text().splitlines()) for path in include.rglob("*.hpp")]
    size = sum(path.stat().st_size for path in include.rglob("*.hpp"))
    print("  %d headers of %d lines in the median, %d at most, %d KiB together" %
          (len(lines), statistics.median(lines), max(lines), size / 1024))
    objects.append({"bench": "compile", "case": "sizes of the headers", "contender": "tenon", "headers": len(lines),
                    "lines_median": statistics.median(lines), "lines_max": max(lines), "bytes": size})
    if options.json:
        path = pathlib.Path(options.json)
        before = json.loads(path.read_text()) if path.exists() else []
        path.write_text(json.dumps(before + objects, indent=1) + "\n")


main()
