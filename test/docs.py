# SPDX-License-Identifier: Apache-2.0
"""docs.py ROOT BUILD complete|pure COMPILER...: README.md and docs/ say what the code says.

Blocks of a page, by the words behind their three backticks:
  cpp            a whole program if it includes anything: it compiles; else a piece of the page, and the pieces
                 of a page compile together, in their order, behind PREAMBLE
  cpp illegal    does not compile, with exactly one error
  cpp fragment   is not compiled
  law HEADER     these words stand in a comment of include/tenon/HEADER
  text g++ 12    what that compiler, of that version, says of the illegal block before it
Links, files in `backticks`, and tests as (`test/x.cpp`: "title") exist; the table of docs/errors.md is that of
wording() in layout/mistake.hpp, whose words plan/verdict.hpp says too.
docs.py ROOT --write brings the table up to date."""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PREAMBLE = """
#include <tenon/layout/operator_record.hpp>
#include <tenon/layout/strict.hpp>
#include <tenon/layout/types.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/stage_constant.hpp>
using namespace tenon;
"""
NEEDS_PACKAGES = re.compile(r"#include <(mpi|boost|Eigen|tenon/(tenon|backend/cpu|comm/(mpi|failure)|io|model/(load|save|checkpoint|infer_layout)))")
LITERALS = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'  # C++ joins neighbours

root = pathlib.Path(sys.argv[1]).resolve()
headers = root / "include/tenon"
pages = [page for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))] if page.exists()]
mistakes = []


def mistake(file, line, text):
    mistakes.append("%s:%d: %s" % (file.relative_to(root), line, text))


def joined(literals):
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))


def plain(text):
    """Words and what is between them, whatever the lines: a comment's text too."""
    return " ".join(re.sub(r"^\s*//[/]?", " ", text, flags=re.M).split())


# ---- the words of mistakes


def wordings():
    """Of every Mistake but none: subject, sentence, detail, legal."""
    text = (headers / "layout/mistake.hpp").read_text()
    found = {}
    for name, body in re.findall(r"case Mistake::(\w+):\s*return \{(.*?)\};", text, re.S):
        if name != "none":
            found[name] = [joined(part) for part in re.findall(LITERALS, body)]
    names = re.search(r"enum class Mistake[^{]*\{(.*?)\};", text, re.S)[1]
    names = re.findall(r"\w+", re.sub(r"//.*", "", names))
    assert set(names) == {"none", *found}, "layout/mistake.hpp: wording() does not know every Mistake"
    assert all(len(words) == 4 for words in found.values())
    return found


def check_assertions(words):
    """The compiler says what wording() says."""
    strict = {"does_not_divide", "no_power_of_two"}  # of strict() alone, which fails no assertion
    said = {}
    for header in ("plan/verdict.hpp", "layout/types.hpp"):
        text = (headers / header).read_text()
        for name, literals in re.findall(
                r"if constexpr \(mistake == Mistake::(\w+)\)\s*static_assert\(\s*[^\"]*?,\s*" + LITERALS + r"\s*\)", text):
            said[name] = True
            expected = "tenon: illegal %s: %s" % tuple(words[name][:2])
            if joined(literals) != expected:
                mistake(headers / header, 1, "says '%s', wording() says '%s'" % (joined(literals), expected))
    for name in set(words) - set(said) - strict:
        mistake(headers / "plan/verdict.hpp", 1, "has no assertion for Mistake::" + name)


def example_of(sentence):
    """The program of test/must_not_compile that shows a sentence: its illegal line, and the legal one."""
    for file in sorted((root / "test/must_not_compile").glob("*.cpp")):
        text = file.read_text()
        twin = re.search(r"#ifdef TENON_LEGAL_TWIN\n(.*?)#else\n(.*?)#endif", text, re.S)
        if text.split("\n")[0].endswith(": " + sentence) and twin:
            return file, " ".join(twin[2].split()), " ".join(twin[1].split())
    return None, "", ""


def shown(pattern):
    """%d and the like as a reader expects them."""
    for mark, name in (("%d", "*d*"), ("%o", "*i*"), ("%a", "*a*"), ("%b", "*b*")):
        pattern = pattern.replace(mark, name)
    return pattern


def table(words):
    lines = ["| tenon: illegal | numbers | legal | for example |", "|---|---|---|---|"]
    for subject, sentence, detail, legal in words.values():
        file, illegal, _ = example_of(sentence)
        example = "[`%s`](../test/must_not_compile/%s)" % (illegal, file.name) if file else ""
        lines.append("| %s: %s | %s | %s | %s |" % (subject, sentence, shown(detail), shown(legal), example))
    return "\n".join(lines) + "\n"


def check_table(words, write):
    page = root / "docs/errors.md"
    begin, end = "<!-- wording() -->\n", "<!-- end -->"
    head, rest = page.read_text().split(begin)
    old, tail = rest.split(end)
    if write:
        page.write_text(head + begin + table(words) + end + tail)
    elif old != table(words):
        mistake(page, head.count("\n") + 1, "the table is not that of wording(): python3 test/docs.py . --write")


# ---- links, files, tests


def anchor(title):
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).strip().lower()).replace(" ", "-")


def check_names(page, prose):
    for number, line in enumerate(prose, 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if re.match(r"\w+:", target):
                continue
            name, _, heading = target.partition("#")
            file = (page.parent / name).resolve() if name else page
            if not file.exists():
                mistake(page, number, "there is no " + target)
            elif heading and heading not in [anchor(t) for t in re.findall(r"^#+ (.*)$", file.read_text(), re.M)]:
                mistake(page, number, "%s has no heading %s" % (name or "the page", heading))
        for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:hpp|cpp|cu|py|md|sh|build|json|in))`", line):
            if not any((base / name).exists() for base in (root, root / "include", headers, root / "docs")):
                mistake(page, number, "there is no " + name)
    for file, title in re.findall(r'`(test/[\w/]+\.cpp)`:\s+"([^"]+)"', "\n".join(prose)):
        source = root / file
        titles = re.findall(r"(?:MPI_)?TEST_CASE\(\s*" + LITERALS, source.read_text()) if source.exists() else []
        if " ".join(title.split()) not in [joined(literals) for literals in titles]:
            mistake(page, 1, 'there is no test "%s" in %s' % (title, file))


def blocks(page):
    """(words, number of its first line, text) of each block; and the lines outside of them."""
    found, prose, current = [], [], None
    for number, line in enumerate(page.read_text().split("\n"), 1):
        fence = line.startswith("```")
        if fence and current is None:
            current = (line[3:].split(), number + 1, [])
        elif fence:
            found.append((current[0], current[1], "\n".join(current[2]) + "\n"))
            current = None
        elif current:
            current[2].append(line)
        prose.append("" if fence or current else line)
    return found, prose


# ---- programs


def package_flags(build):
    """Where the packages are, as this build found them."""
    flags = {}
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        for word in shlex.split(entry["command"]):
            if word.startswith(("-I/", "-isystem/")) and str(root) not in word:
                flags[word] = True
    return list(flags)


class Compiler:
    def __init__(self, build, complete, command):
        self.command = [*command, "-fsyntax-only", "-fdiagnostics-color=never", "-I", str(root / "include"), "-I",
                        str(root / "examples"), *(package_flags(build) if complete else [])]
        self.complete, self.running, self.compiled, self.skipped, self.fragments = complete, [], 0, 0, 0
        macros = subprocess.run([*command, "-E", "-dM", "-x", "c++", "/dev/null"], stdout=subprocess.PIPE, text=True).stdout
        clang = re.search(r"#define __clang_major__ (\d+)", macros)
        self.name = ["clang++", clang[1]] if clang else ["g++", re.search(r"#define __GNUC__ (\d+)", macros)[1]]

    def start(self, page, line, text, then):
        if not self.complete and NEEDS_PACKAGES.search(text):
            self.skipped += 1
            return
        if len(self.running) == 2:
            self.finish_one()
        source = tempfile.NamedTemporaryFile("w", suffix=".cpp", delete=False)
        source.write(text)
        source.close()
        process = subprocess.Popen([*self.command, source.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.running.append((process, source.name, page, line, then))
        self.compiled += 1

    def finish_one(self):
        process, name, page, line, then = self.running.pop(0)
        output = process.communicate()[0]
        pathlib.Path(name).unlink()
        then(page, line, process.returncode, output)


def must_compile(page, line, code, output):
    if code:
        mistake(page, line, "does not compile:\n" + output)


def must_not_compile(sayings):
    """Exactly one error, and it says these lines, wherever the headers lie."""
    def check(page, line, code, output):
        def same(text):
            return " ".join(re.sub(r"[‘’]", "'", text).split())
        errors = sum(" error: " in l for l in output.splitlines())
        if not code or errors != 1:
            mistake(page, line, "%d errors instead of one:\n%s" % (errors, output))
        for said in sayings:
            end = re.search(r"(error|note): .*", said)
            if end and same(end[0]) not in same(output):
                mistake(page, line, "the compiler does not say '%s':\n%s" % (end[0], output))
    return check


def compile_blocks(compiler, page, found):
    pieces = ""
    for i, (words, line, text) in enumerate(found):
        located = '#line %d "%s"\n' % (line, page.relative_to(root))
        if words[:1] == ["law"]:
            if plain(text) not in plain((headers / words[1]).read_text()):
                mistake(page, line, "%s does not say this" % words[1])
        elif words == ["cpp"] and "#include" in text:
            compiler.start(page, line, located + text, must_compile)
        elif words == ["cpp"]:
            pieces += located + text
        elif words == ["cpp", "illegal"]:
            sayings = [l for w, _, t in found[i + 1:i + 3] if w == ["text", *compiler.name] for l in t.splitlines()]
            compiler.start(page, line, located + text, must_not_compile(sayings))
        elif words == ["cpp", "fragment"]:
            compiler.fragments += 1
        elif words[:1] == ["cpp"]:
            mistake(page, line, "what is a block of " + " ".join(words))
    if pieces:
        compiler.start(page, 1, PREAMBLE + pieces, must_compile)


words_of_mistakes = wordings()
if sys.argv[2] == "--write":
    check_table(words_of_mistakes, True)
    sys.exit()
check_assertions(words_of_mistakes)
check_table(words_of_mistakes, False)
compiler = Compiler(sys.argv[2], sys.argv[3] == "complete", sys.argv[4:])
for page in pages:
    found, prose = blocks(page)
    check_names(page, prose)
    compile_blocks(compiler, page, found)
while compiler.running:
    compiler.finish_one()
print("%d pages; programs: %d compiled, %d skipped (their packages are missing); fragments: %d" %
      (len(pages), compiler.compiled, compiler.skipped, compiler.fragments))
print("\n".join(mistakes))
sys.exit(1 if mistakes else 0)
