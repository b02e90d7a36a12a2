# SPDX-License-Identifier: Apache-2.0
"""run.py KIND BUILD COMPILER...: installs the headers into a folder of the build, and builds and runs
consumer.cpp against them, as a project that uses meson, cmake or pkg-config would."""
import os
import pathlib
import shutil
import subprocess
import sys

kind, build, compiler = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
source = pathlib.Path(__file__).resolve().parent
tools = {"meson": ["meson", "pkg-config"], "cmake": ["cmake"], "pkg-config": ["pkg-config"]}[kind]
missing = [tool for tool in tools if not shutil.which(tool)]
if missing:
    print("skipped: there is no " + ", ".join(missing))
    sys.exit(77)

work = build / "consumers" / kind
shutil.rmtree(work, ignore_errors=True)
subprocess.run(["meson", "install", "--quiet", "--no-rebuild", "-C", build, "--tags", "devel",
                "--destdir", work / "installed"], check=True)
prefix = next((work / "installed").rglob("include/tenon")).parent.parent
environment = dict(os.environ, CXX=" ".join(compiler), PKG_CONFIG_PATH=str(prefix / "share/pkgconfig"))


def run(*command):
    return subprocess.run(command, check=True, env=environment, text=True, stdout=subprocess.PIPE).stdout


if kind == "meson":
    run("meson", "setup", work / "build", source / "meson")
    run("meson", "compile", "-C", work / "build")
elif kind == "cmake":
    run("cmake", "-S", source / "cmake", "-B", work / "build", "-DCMAKE_PREFIX_PATH=%s" % prefix)
    run("cmake", "--build", work / "build")
else:
    (work / "build").mkdir()
    flags = run("pkg-config", "--cflags", "tenon").split()
    run(*compiler, "-std=c++20", *flags, source / "consumer.cpp", "-o", work / "build/consumer")
print(run(work / "build/consumer"))
