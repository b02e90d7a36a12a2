#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/cuda.sh [--sanitize]: the tests of the CUDA backend on this machine's GPU.
# It needs this clone, a C++20 compiler ($CXX, g++), the CUDA Toolkit 12.8 or later ($CUDA_HOME, nvcc's, /usr/local/cuda)
# and doctest's header; no MPI, Boost, Eigen or protobuf. Parts that need nvcc or a GPU are skipped by name without.
# Where nvidia-smi lists a GPU, a program that finds none has failed; it is not skipped.
# --sanitize runs the kernels under compute-sanitizer, too. The last line is "N passed, N failed, N skipped: where".
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
sanitize=false
case "${1:-}" in
  "") ;;
  --sanitize) sanitize=true ;;
  *) echo "usage: test/cuda.sh [--sanitize]" >&2; exit 2 ;;
esac

nvcc=$(command -v nvcc || true)
toolkit=${CUDA_HOME:-}
[[ $toolkit || ! $nvcc ]] || toolkit=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
toolkit=${toolkit:-/usr/local/cuda}
[[ $nvcc || ! -x $toolkit/bin/nvcc ]] || nvcc=$toolkit/bin/nvcc
[[ -e $toolkit/include/cublasLt.h ]] || { echo "no CUDA Toolkit in $toolkit: set CUDA_HOME" >&2; exit 2; }
libraries=
for folder in "$toolkit/lib64" "$toolkit/lib" "$toolkit/targets/x86_64-linux/lib" "$toolkit/targets/sbsa-linux/lib"; do
  [[ $libraries || ! -e $folder/libcublasLt.so ]] || libraries=$folder
done
[[ $libraries ]] || { echo "no libcublasLt.so in $toolkit" >&2; exit 2; }

out=${TENON_CUDA_OUT:-$root/build/cuda}  # programs and objects
mkdir -p "$out"
cxx=${CXX:-g++}
includes=(-I include -isystem "$toolkit/include")
flags=(-std=c++20 -O1 -Wall -Wextra "-DTENON_TEST_DATA=\"$root/test/data\"" -DTENON_SEPARATE_COMPILATION
       -fconstexpr-ops-limit=1000000000)
"$cxx" --version | grep -qi clang && flags[-1]=-fconstexpr-steps=1000000000
links=("-L$libraries" "-Wl,-rpath,$libraries" -lcudart -lcublasLt -lnvrtc -pthread)
passed=0 failed=0 skipped=0

# report NAME CODE: 77 is skipped; "gpu" behind them: not where a GPU is listed.
report() {
  local code=$2
  [[ $code != 77 || ${3:-} != gpu || ! $device ]] || code=1
  case $code in
    0) passed=$((passed + 1)); echo "ok       $1" ;;
    77) skipped=$((skipped + 1)); echo "skipped  $1" ;;
    *) failed=$((failed + 1)); echo "FAILED   $1" ;;
  esac
}
# compile NAME: test/cuda/NAME.cpp to an object.
compile() { "$cxx" "${flags[@]}" "${includes[@]}" -c "test/cuda/$1.cpp" -o "$out/$1.o"; }

device=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -1)
echo "toolkit: $toolkit; device: ${device:-none that nvidia-smi sees}; commit: $(git rev-parse --short HEAD 2>/dev/null || echo unknown)"

running=()
for name in alone with_toolkit on_a_device operators processes; do compile "$name" & running+=($!); done
"$cxx" -std=c++20 -c test/support/main.cpp -o "$out/main.o" & running+=($!)
for job in "${running[@]}"; do wait "$job" || { report "the tests compile" 1; echo "$passed passed, $failed failed, $skipped skipped"; exit 1; }; done
report "the tests compile" 0
for name in with_toolkit on_a_device operators processes; do
  "$cxx" "$out/$name.o" "$out/alone.o" "$out/main.o" "${links[@]}" -o "$out/$name" || report "$name is linked" 1
done

has_device=77
said=$("$out/with_toolkit" 2>&1); code=$?
[[ $code != 0 || ! $device || $said != *"not run on a device"* ]] || code=1
echo "$said" | grep -E "not run on a device|ERROR|CHECK" || true
report "every kernel is compiled by NVRTC; a network, or the error without a device" $code
grep -q "not run on a device" <<<"$said" || has_device=0

for name in on_a_device operators processes; do
  if ((has_device)); then report "$name: no device" 77 gpu; continue; fi
  "$out/$name"; report "$name" $?
  if $sanitize && sanitizer=$(command -v compute-sanitizer || ls "$toolkit/bin/compute-sanitizer" 2>/dev/null); then
    "$sanitizer" --error-exitcode 1 "$out/$name" >"$out/$name.sanitized" 2>&1; report "$name under compute-sanitizer" $?
  fi
done

if [[ $nvcc ]]; then
  "$cxx" -std=c++20 -I include test/support/cuda/print_kernels.cpp -o "$out/print_kernels" && "$out/print_kernels" >"$out/kernels.cu"
  "$nvcc" -std=c++17 -arch=sm_80 -cubin -o "$out/kernels.cubin" "$out/kernels.cu"; report "nvcc compiles the kernels' text" $?
  "$nvcc" -std=c++20 -arch=sm_80 -DTENON_SEPARATE_COMPILATION "${includes[@]}" test/cuda/with_nvcc.cu "$out/alone.o" -o "$out/with_nvcc" "-L$libraries" -Xlinker -rpath -Xlinker "$libraries" -lcublasLt -lnvrtc
  report "nvcc compiles a program with the backend" $?
  [[ -x $out/with_nvcc ]] && { "$out/with_nvcc"; report "a kernel of nvcc's beside the backend" $? gpu; }
else
  report "nvcc compiles the kernels' text: no nvcc" 77
  report "nvcc compiles a program with the backend: no nvcc" 77
fi
echo "$passed passed, $failed failed, $skipped skipped: ${device:-no device}"
((failed == 0))
