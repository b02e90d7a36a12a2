#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/cuda.sh [--sanitize] [--bench]: the tests of the CUDA backend on this machine's GPU.
# It needs this clone, a C++20 compiler ($CXX, g++), the CUDA Toolkit 12.8 or later ($CUDA_HOME, nvcc's, /usr/local/cuda,
# pip's nvidia/cu13) and doctest's header ($DOCTEST: the folder that doctest.h is in, where the compiler does not find it);
# no MPI, Boost, Eigen or protobuf. Parts that need nvcc or a GPU are skipped by name without.
# Where nvidia-smi lists a GPU, a program that finds none has failed; it is not skipped.
# --sanitize runs the kernels under compute-sanitizer, too; --bench ends with the table of bench/cuda.cpp.
# The last line of the tests is "N passed, N failed, N skipped: where". $TENON_COMMIT names the commit where git cannot.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
sanitize=false bench=false
for word in "$@"; do
  case $word in
    --sanitize) sanitize=true ;;
    --bench) bench=true ;;
    *) echo "usage: test/cuda.sh [--sanitize] [--bench]" >&2; exit 2 ;;
  esac
done
stop() { echo "test/cuda.sh: $1" >&2; exit 2; }

# The folder of a toolkit's libraries; pip's have a number behind .so and nothing else.
libraries_of() {
  local folder
  for folder in "$1/lib64" "$1/lib" "$1"/targets/*-linux/lib; do
    compgen -G "$folder/libcublasLt.so*" >/dev/null && { echo "$folder"; return; }
  done
  return 1
}
# Where toolkits may be, one a line.
toolkits() {
  [[ ! ${CUDA_HOME:-} ]] || { echo "$CUDA_HOME"; return; }  # who names one wants no other
  [[ ! ${CUDA_PATH:-} ]] || echo "$CUDA_PATH"
  local nvcc
  if nvcc=$(command -v nvcc); then
    dirname "$(dirname "$(readlink -f "$nvcc")")"
    "$nvcc" --dryrun -v nothing.cu 2>&1 | sed -n 's/^#\$ TOP=//p'  # of a script that calls the real one
  fi
  echo /usr/local/cuda
  python3 -c 'import nvidia; print(*(path + "/cu13" for path in nvidia.__path__), sep="\n")' 2>/dev/null
}
toolkit= libraries= seen=
while IFS= read -r folder; do
  seen+=" $folder"
  [[ ! $toolkit && -e $folder/include/cublasLt.h ]] && libraries=$(libraries_of "$folder") && toolkit=$folder
done < <(toolkits)
[[ $toolkit ]] || stop "no CUDA Toolkit with cublasLt.h and libcublasLt.so in$seen: set CUDA_HOME"
version=$(sed -n 's/^#define CUDART_VERSION *\([0-9]*\).*/\1/p' "$toolkit/include/cuda_runtime_api.h" 2>/dev/null)
[[ ! $version || $version -ge 12080 ]] ||
  stop "the CUDA Toolkit in $toolkit is version $((version / 1000)).$((version % 1000 / 10)); legal: 12.8 or later"
nvcc=$toolkit/bin/nvcc
[[ -x $nvcc ]] || nvcc=$(command -v nvcc || true)
# link NAME: that library, by the name that its file has.
link() {
  local all=("$libraries/lib$1".so "$libraries/lib$1".so.*)
  [[ -e ${all[0]} ]] || all=("${all[@]:1}")
  [[ -e ${all[0]} ]] || stop "no lib$1.so in $libraries"
  echo "-l:$(basename "${all[0]}")"
}

out=${TENON_CUDA_OUT:-$root/build/cuda}  # programs and objects
mkdir -p "$out" || exit 2
cxx=${CXX:-g++}
command -v "$cxx" >/dev/null || stop "no C++ compiler $cxx: set CXX to one that knows C++20"
includes=(-I include -isystem "$toolkit/include")
if [[ ${DOCTEST:-} ]]; then
  if [[ -e $DOCTEST/doctest/doctest.h ]]; then includes+=(-isystem "$DOCTEST")
  elif [[ -e $DOCTEST/doctest.h ]]; then
    mkdir -p "$out/doctest" && cp "$DOCTEST/doctest.h" "$out/doctest/" && includes+=(-isystem "$out")
  else stop "no doctest.h in $DOCTEST, which DOCTEST names"; fi
fi
"$cxx" "${includes[@]}" -x c++ -fsyntax-only - <<<'#include <doctest/doctest.h>' 2>/dev/null ||
  stop "doctest's header is missing: apt install doctest-dev, or DOCTEST=the folder with doctest.h, which is one file"
flags=(-std=c++20 -O1 -Wall -Wextra "-DTENON_TEST_DATA=\"$root/test/data\"" -DTENON_SEPARATE_COMPILATION
       -fconstexpr-ops-limit=1000000000)
"$cxx" --version | grep -qi clang && flags[-1]=-fconstexpr-steps=1000000000
libs=("-L$libraries" "-Wl,-rpath,$libraries")
for library in cudart cublasLt nvrtc; do name=$(link $library) || exit 2; libs+=("$name"); done
libs+=(-ldl -pthread)
passed=0 failed=0 skipped=0

# report NAME CODE: 77 is skipped; "gpu" behind them: not where a GPU is listed.
report() {
  local code=$2
  [[ $code != 77 || ${3:-} != gpu || ! $device ]] || code=1
  case $code in
    0) passed=$((passed + 1)); echo "ok       $1" ;;
    77) skipped=$((skipped + 1)); echo "skipped  $1" ;;
    124) failed=$((failed + 1)); echo "FAILED   $1: it hangs" ;;
    *) failed=$((failed + 1)); echo "FAILED   $1" ;;
  esac
}
summary() { echo "$passed passed, $failed failed, $skipped skipped: ${device:-no device}"; }
# compile NAME: test/cuda/NAME.cpp to an object.
compile() { "$cxx" "${flags[@]}" "${includes[@]}" -c "test/cuda/$1.cpp" -o "$out/$1.o"; }
# sanitized TOOL NAME ...: the program under compute-sanitizer, with fewer measurements. Calls that fail are the tests' own
# business; processes that a program forks are not followed.
sanitized() {
  local tool=$1 name=$2 log=$out/$2.$1 code
  shift 2
  TENON_CUDA_SHORT=1 timeout 900 "$sanitizer" --tool "$tool" --report-api-errors no "$@" "$out/$name" >"$log" 2>&1; code=$?
  grep -q "Device not supported" "$log" && return 77
  [[ $code == 0 || $code == 124 ]] || { grep -E "^=========|ERROR:" "$log" | head -20; echo "  all of it: $log"; }
  return $code
}

smi=$(command -v nvidia-smi || ls /usr/lib/wsl/lib/nvidia-smi 2>/dev/null || true)
device=$([[ $smi ]] && "$smi" --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null) || device=
device=${device%%$'\n'*}
commit=${TENON_COMMIT:-$(git -c safe.directory='*' describe --always --dirty --abbrev=10 2>/dev/null || echo unknown)}
echo "toolkit: $toolkit${version:+ ($((version / 1000)).$((version % 1000 / 10)))}; device: ${device:-none that nvidia-smi sees};" \
  "compiler: $("$cxx" --version | head -1); commit: $commit"

running=()
for name in alone with_toolkit on_a_device operators processes; do compile "$name" & running+=($!); done
"$cxx" -std=c++20 "${includes[@]}" -c test/support/main.cpp -o "$out/main.o" & running+=($!)
for job in "${running[@]}"; do wait "$job" || { wait; report "the tests compile" 1; summary; exit 1; }; done
report "the tests compile" 0
for name in with_toolkit on_a_device operators processes; do
  "$cxx" "$out/$name.o" "$out/alone.o" "$out/main.o" "${libs[@]}" -o "$out/$name" || { report "$name is linked" 1; summary; exit 1; }
done

has_device=77
said=$(timeout 600 "$out/with_toolkit" 2>&1); code=$?
[[ $code != 0 || ! $device || $said != *"not run on a device"* ]] || code=1
echo "$said" | grep -E "not run on a device|ERROR|CHECK|values:" || true
report "every kernel is compiled by NVRTC; a network, or the error without a device" $code
grep -q "not run on a device" <<<"$said" || has_device=0

for name in on_a_device operators processes; do
  if ((has_device)); then report "$name: no device" 77 gpu; continue; fi
  timeout 600 "$out/$name"; report "$name" $?
done
if $sanitize; then
  sanitizer=$(command -v compute-sanitizer || ls "$toolkit"/{bin,compute-sanitizer}/compute-sanitizer 2>/dev/null | head -1)
  for name in on_a_device operators; do
    if ((has_device)) || [[ ! $sanitizer ]]; then report "$name under compute-sanitizer: it is not there, or no device" 77; continue; fi
    sanitized memcheck "$name" --error-exitcode 86; report "$name under compute-sanitizer: memory" $?
  done
  if ! ((has_device)) && [[ $sanitizer ]]; then
    sanitized racecheck operators; code=$?
    # cuBLASLt's kernels are not ours to judge.
    [[ $code == 77 || $code == 124 ]] || { ! grep -E "Race.*(softmax|l2_normalize|reduce|reduce_max|layer_norm)_(float|double)" "$out/operators.racecheck" || code=1; }
    report "operators under compute-sanitizer: races of shared memory" $code
  fi
fi

if [[ $nvcc ]]; then
  "$cxx" -std=c++20 -I include test/support/cuda/print_kernels.cpp -o "$out/print_kernels" && "$out/print_kernels" >"$out/kernels.cu"
  "$nvcc" -std=c++17 -arch=sm_80 -cubin -o "$out/kernels.cubin" "$out/kernels.cu"; report "nvcc compiles the kernels' text" $?
  # For any device: nvcc's oldest architecture, which newer drivers compile again. cudart is the one of alone.o.
  rm -f "$out/with_nvcc"
  to_linker=()
  for word in "-L$libraries" -rpath "$libraries" "${libs[@]:2:3}"; do to_linker+=(-Xlinker "$word"); done
  "$nvcc" -std=c++20 ${CXX:+-ccbin "$CXX"} -cudart none -DTENON_SEPARATE_COMPILATION "${includes[@]}" test/cuda/with_nvcc.cu \
    "$out/alone.o" -o "$out/with_nvcc" "${to_linker[@]}" -ldl
  report "nvcc compiles a program with the backend" $?
  [[ -x $out/with_nvcc ]] && { timeout 600 "$out/with_nvcc"; report "a kernel of nvcc's beside the backend" $? gpu; }
else
  report "nvcc compiles the kernels' text: no nvcc" 77
  report "nvcc compiles a program with the backend: no nvcc" 77
fi

if $bench; then
  if ((has_device)); then report "bench/cuda: no device" 77 gpu
  else
    "$cxx" -std=c++20 -O2 "${flags[-1]}" "${includes[@]}" bench/cuda.cpp "${libs[@]}" -o "$out/bench" &&
      TENON_COMMIT=$commit timeout 900 "$out/bench"
    report "bench/cuda" $?
  fi
fi
summary
((failed == 0))
