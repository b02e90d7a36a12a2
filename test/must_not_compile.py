# SPDX-License-Identifier: Apache-2.0
"""must_not_compile.py FILE COMPILER ARGS...: the file fails to compile with exactly one error that shows the
texts of its first lines, "// expect: TEXT"; its legal twin, the file with TENON_LEGAL_TWIN defined, compiles."""
import itertools
import os
import re
import subprocess
import sys

file, compiler = sys.argv[1], sys.argv[2:]
marker = "// expect: "


def compile_with(*flags):
    return subprocess.Popen([*compiler, "-fsyntax-only", "-fdiagnostics-color=never", *flags, file],
                            env=dict(os.environ, LC_ALL="C"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


with open(file) as lines:
    lines = [line for line in lines if not line.startswith("// SPDX")]
expected = [line[len(marker):].rstrip("\n") for line in itertools.takewhile(lambda l: l.startswith(marker), lines)]
if not expected:
    sys.exit("%s: the first line must be '%sTEXT'" % (file, marker))

twin = compile_with("-DTENON_LEGAL_TWIN")
illegal = compile_with()
twin_output, output = twin.communicate()[0], illegal.communicate()[0]
output = re.sub(r"\b(\d+)U?L\b", r"\1", output)  # clang prints 64-bit numbers as 8L
mistakes = []
if twin.returncode != 0:
    mistakes.append("the legal twin does not compile:\n" + twin_output)
if illegal.returncode == 0:
    mistakes.append("it compiles")
else:
    errors = sum(" error: " in line for line in output.splitlines())
    if errors != 1:
        mistakes.append("%d errors instead of one" % errors)
    mistakes += ["this text is missing: " + text for text in expected if text not in output]
if mistakes:
    sys.exit("%s: %s\n%s" % (file, "; ".join(mistakes), output))
