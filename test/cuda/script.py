# SPDX-License-Identifier: Apache-2.0
"""script.py CUDA_SH: what test/cuda.sh says, with a toolkit of our own in which every program is a text of shell."""
import os
import subprocess
import sys
import tempfile

NO_DEVICE = "echo 'MESSAGE: not run on a device: no CUDA device: 0 devices'"
GPU = "echo A GPU, 580; echo A second, 580"


def said(with_toolkit="exit 0", on_a_device="exit 0", with_nvcc="exit 0", smi=GPU, words=(), version="13000",
         libraries=("lib64", ".so"), doctest="exit 0", sanitizer="exit 0", home=True):
    """The exit code and all lines of test/cuda.sh with such programs. `smi`: what nvidia-smi does; `doctest`: what the
    compiler does with the header; `home`: CUDA_HOME names the toolkit, else it is where an nvcc says that calls it."""
    with tempfile.TemporaryDirectory() as folder:
        def write(path, text):
            path = os.path.join(folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write("#!/bin/bash\n" + text + "\n")
            os.chmod(path, 0o755)

        write("toolkit/include/cublasLt.h", "")
        write("toolkit/include/cuda_runtime_api.h", "#define CUDART_VERSION  %s" % version)
        for name in ["cudart", "cublasLt", "nvrtc"]:
            write("toolkit/%s/lib%s%s" % (libraries[0], name, libraries[1]), "")
        write("programs/with_toolkit", with_toolkit)
        write("programs/on_a_device", on_a_device)
        write("programs/with_nvcc", with_nvcc)
        compiler = """all=$*
while (($#)); do [[ $1 == --version ]] && exit; [[ $1 == -fsyntax-only ]] && { %s; exit; }; [[ $1 == -o ]] && out=$2; shift; done
from=%s/programs/$(basename "$out")
[[ $(basename "$out") != on_a_device || $all == *-l:libcudart%s* ]] || exit 1
if [[ -e $from ]]; then cp "$from" "$out"; else echo "#!/bin/bash" >"$out"; fi; chmod +x "$out" """ % (
            doctest, folder, libraries[1])
        write("toolkit/bin/nvcc", compiler)
        write("tools/nvcc", "[[ $1 != --dryrun ]] || { echo '#$ TOP=%s/toolkit' >&2; exit; }" % folder)
        write("tools/compiler", compiler)
        write("tools/compute-sanitizer", sanitizer)
        write("tools/nvidia-smi", smi)
        environment = dict(os.environ, TENON_CUDA_OUT=folder + "/out", CXX=folder + "/tools/compiler",
                           PATH=folder + "/tools:" + os.environ["PATH"])
        for name in ["CUDA_HOME", "CUDA_PATH", "DOCTEST", "TENON_COMMIT"]:
            environment.pop(name, None)
        if home:
            environment["CUDA_HOME"] = folder + "/toolkit"
        run = subprocess.run(["bash", sys.argv[1], *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             timeout=60, env=environment)
        return run.returncode, run.stdout.replace(folder, "FOLDER").splitlines()


def expect(code, line, at=-1, **how):
    found, lines = said(**how)
    if found != code or line not in lines[at]:
        sys.exit("%r: %d and not %d, or not %r in\n%s" % (how, found, code, line, "\n".join(lines)))


NONE = dict(with_toolkit=NO_DEVICE, with_nvcc="exit 77")
expect(0, "8 passed, 0 failed, 0 skipped: A GPU, 580")
expect(0, "4 passed, 0 failed, 4 skipped: no device", smi="exit 9", **NONE)
expect(0, "4 passed, 0 failed, 4 skipped: no device", smi="echo NVIDIA-SMI has failed; exit 9", **NONE)
expect(1, "3 passed, 5 failed, 0 skipped: A GPU, 580", **NONE)
expect(1, "7 passed, 1 failed, 0 skipped: A GPU, 580", on_a_device="exit 1")
expect(1, "7 passed, 1 failed, 0 skipped: A GPU, 580", with_nvcc="exit 77")
expect(1, "7 passed, 1 failed, 0 skipped: A GPU, 580", with_nvcc="exit 1")
expect(1, "3 passed, 1 failed, 4 skipped: no device", smi="exit 9", with_toolkit=NO_DEVICE + "; exit 1", with_nvcc="exit 77")

# Toolkits: of pip, of an nvcc that calls another one, too old, not there. What is missing is the first line.
expect(0, "8 passed, 0 failed, 0 skipped", libraries=("lib", ".so.13"))
expect(0, "8 passed, 0 failed, 0 skipped", libraries=("targets/x86_64-linux/lib", ".so"), home=False)
expect(2, "toolkit is version 12.6; legal: 12.8 or later", at=0, version="12060")
expect(2, "no CUDA Toolkit with cublasLt.h and libcublasLt.so in FOLDER/toolkit: set CUDA_HOME", at=0,
       libraries=("elsewhere", ".so"))
expect(2, "doctest's header is missing: ", at=0, doctest="exit 1")
expect(2, "usage: ", at=0, words=["--fast"])

# The sanitizer: what it finds in cuBLASLt's kernels is no race of ours; where it cannot work it is skipped.
expect(0, "11 passed, 0 failed, 0 skipped", words=["--sanitize"])
expect(0, "8 passed, 0 failed, 3 skipped", words=["--sanitize"], sanitizer="echo Device not supported; exit 1")
expect(1, "9 passed, 2 failed, 0 skipped", words=["--sanitize"], sanitizer="[[ $* != *memcheck* ]] || exit 86")
for kernel, code in [("ampere_sgemm_128x64_nn", 0), ("softmax_float", 1)]:
    expect(code, "%d passed, %d failed, 0 skipped" % (11 - code, code), words=["--sanitize"],
           sanitizer="echo '========= Error: Race reported between Read access at %s'" % kernel)
