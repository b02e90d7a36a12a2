# SPDX-License-Identifier: Apache-2.0
"""include_direction.py ROOT: includes point one way between the rooms of include/tenon, without cycles;
headers are short and well-formed; the library neither starts MPI, prints, nor sets the number of threads."""
import pathlib
import re
import statistics
import sys

# A room may include itself and these; headers directly in include/tenon are for users, and may include all.
BELOW = {"core": [], "layout": ["core"], "network": ["core", "layout"], "plan": ["core", "layout", "network"],
         "backend": ["core"], "comm": ["core"]}
BELOW["search"] = ["core", "layout", "network", "plan"]
BELOW["run"] = ["core", "layout", "network", "plan", "backend", "comm"]
BELOW["io"] = ["core", "layout", "network", "plan", "search"]
BELOW["predict"] = ["core", "layout", "network", "plan", "search", "backend", "io"]
BELOW["model"] = [*BELOW["run"], "run", "search", "io"]
PURE = ["core", "layout", "network", "plan", "search"]  # the standard library alone
FORBIDDEN = re.compile(r"\b(MPI_COMM_WORLD|MPI_Init\w*|std::cout|std::cerr|f?printf|omp_set_num_threads)\b")
WIDTH, LENGTH = 100, 180

root = pathlib.Path(sys.argv[1])
include = root / "include"
mistakes = []


def mistake(file, line, text):
    mistakes.append("%s:%d: %s" % (file.relative_to(root), line, text))


def room_of(name):
    parts = name.split("/")
    return parts[1] if len(parts) > 2 else None


def check_header(file):
    """The headers of Tenon that it includes."""
    lines, name, found = file.read_text().splitlines(), file.relative_to(include).as_posix(), []
    room = room_of(name)
    if room and room not in BELOW:
        mistake(file, 1, "include/tenon/%s is none of the rooms %s" % (room, ", ".join(BELOW)))
        return found
    if not lines or lines[0] != "// SPDX-License-Identifier: Apache-2.0":
        mistake(file, 1, "the first line must be // SPDX-License-Identifier: Apache-2.0")
    if "#pragma once" not in lines:
        mistake(file, 1, "#pragma once is missing")
    if len(lines) > LENGTH:
        mistake(file, len(lines), "more than %d lines" % LENGTH)
    for number, line in enumerate(lines, 1):
        word = FORBIDDEN.search(line.split("//")[0])
        if word:
            mistake(file, number, "%s may not occur in the library" % word[0])
        other = re.match(r'\s*#\s*include\s*(<[^>]+>|"[^"]+")', line)
        if not other:
            continue
        target = other[1][1:-1]
        if not target.startswith("tenon/"):
            if other[1][0] == '"':
                mistake(file, number, 'include <tenon/...> instead of %s' % other[1])
            elif room in PURE and ("/" in target or "." in target):
                mistake(file, number, "%s may include the standard library alone" % room)
            continue
        found.append(target)
        if not (include / target).exists():
            mistake(file, number, "there is no %s" % target)
        if room and room_of(target) not in [room, *BELOW[room]]:
            mistake(file, number, "%s may not include %s" % (room, room_of(target) or "a header for users"))
    return found


def check_cycles(graph):
    done = set()

    def visit(name, path):
        if name in path:
            mistake(include / name, 1, "includes itself: " + " > ".join([*path[path.index(name):], name]))
        elif name not in done:
            for other in graph.get(name, []):
                visit(other, [*path, name])
            done.add(name)

    for name in graph:
        visit(name, [])


headers = sorted(f for f in include.rglob("*") if f.suffix in (".hpp", ".ipp", ".cuh", ".cu"))
check_cycles({file.relative_to(include).as_posix(): check_header(file) for file in headers})
for folder in ("include", "test", "examples", "bench"):
    for file in sorted((root / folder).rglob("*")):
        if file.suffix in (".hpp", ".ipp", ".cpp", ".cu", ".cuh"):
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if len(line) > WIDTH:
                    mistake(file, number, "%d columns instead of %d" % (len(line), WIDTH))

lengths = [len(file.read_text().splitlines()) for file in headers]
print("%d headers, of %d lines in the median, %d at most" % (len(lengths), statistics.median(lengths), max(lengths)))
print("\n".join(mistakes))
sys.exit(1 if mistakes else 0)
