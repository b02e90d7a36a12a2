# SPDX-License-Identifier: Apache-2.0
"""script.py CUDA_SH: what test/cuda.sh says, with a toolkit of our own in which every program is a text of shell."""
import os
import subprocess
import sys
import tempfile

NO_DEVICE = "echo 'MESSAGE: not run on a device: no CUDA device: 0 devices'"


def said(with_toolkit, on_a_device, with_nvcc, listed):
    """The exit code and the last line of test/cuda.sh with such programs; `listed`: nvidia-smi names a GPU."""
    with tempfile.TemporaryDirectory() as folder:
        def write(path, text):
            path = os.path.join(folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write("#!/bin/bash\n" + text + "\n")
            os.chmod(path, 0o755)

        write("include/cublasLt.h", "")
        write("lib64/libcublasLt.so", "")
        write("programs/with_toolkit", with_toolkit)
        write("programs/on_a_device", on_a_device)
        write("programs/with_nvcc", with_nvcc)
        compiler = """while (($#)); do [[ $1 == -o ]] && out=$2; shift; done
from=%s/programs/$(basename "$out")
if [[ -e $from ]]; then cp "$from" "$out"; else echo "#!/bin/bash" >"$out"; fi; chmod +x "$out" """ % folder
        write("tools/nvcc", compiler)
        write("tools/compiler", compiler)
        write("tools/nvidia-smi", "echo A GPU, 580" if listed else "exit 9")
        run = subprocess.run(["bash", sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             timeout=60, env=dict(os.environ, CUDA_HOME=folder, TENON_CUDA_OUT=folder + "/out",
                                                  CXX=folder + "/tools/compiler",
                                                  PATH=folder + "/tools:" + os.environ["PATH"]))
        return run.returncode, run.stdout.splitlines()[-1]


for programs, listed, expected in [
        (("exit 0", "exit 0", "exit 0"), True, (0, "8 passed, 0 failed, 0 skipped: A GPU, 580")),
        ((NO_DEVICE, "exit 0", "exit 77"), False, (0, "4 passed, 0 failed, 4 skipped: no device")),
        ((NO_DEVICE, "exit 0", "exit 77"), True, (1, "3 passed, 5 failed, 0 skipped: A GPU, 580")),
        (("exit 0", "exit 1", "exit 0"), True, (1, "7 passed, 1 failed, 0 skipped: A GPU, 580")),
        (("exit 0", "exit 0", "exit 77"), True, (1, "7 passed, 1 failed, 0 skipped: A GPU, 580")),
        (("exit 0", "exit 0", "exit 1"), True, (1, "7 passed, 1 failed, 0 skipped: A GPU, 580")),
        ((NO_DEVICE + "; exit 1", "exit 0", "exit 77"), False, (1, "3 passed, 1 failed, 4 skipped: no device")),
]:
    found = said(*programs, listed)
    if found != expected:
        sys.exit("%r, listed: %r: %r instead of %r" % (programs, listed, found, expected))
