#!/usr/bin/env bash
# bench/run.sh [kernels|forward|lenet5|pool|collectives|matmul|checkpoint|compile ...]: installs what is missing,
# builds into build/bench, measures all of it or what is named, and leaves there results.json, what
# was printed (*.txt), and plots (*.svg). On two cores all of it takes less than 15 minutes.
# SECONDS_A_CASE=0.1 bench/run.sh kernels   is a glance.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
source test/support/packages.sh
unset OMPI_MCA_mpi_yield_when_idle  # Open MPI's own way of waiting is measured, and the other one

parts=(kernels forward lenet5 pool collectives matmul checkpoint compile)
for part; do
  [[ " ${parts[*]} " == *" $part "* ]] || { echo "usage: bench/run.sh [${parts[*]}]..." >&2; exit 2; }
done
(($# == 0)) || parts=("$@")

folder=build/bench
mkdir -p $folder/parts
install_missing "${program_packages[@]}"
for peer in libopenblas-dev libdnnl-dev libscalapack-openmpi-dev python3-matplotlib python3-venv; do
  install_missing $peer || echo "not installed: $peer"
done

# Debian's Python with its matplotlib, and the peers that are Python's.
python=$root/$folder/python/bin/python
[[ -x $python ]] || /usr/bin/python3 -m venv --system-site-packages $folder/python || python=python3
for peer in onnxruntime safetensors numpy; do
  "$python" -c "import $peer" 2>/dev/null || "$python" -m pip -q install $peer || echo "not installed: $peer"
done

options=(-Dbench=enabled -Dtests=disabled -Dexamples=disabled -Dmpi=enabled)
[[ ! -e $folder/build.ninja ]] || options+=(--reconfigure)
echo "building $folder (the first time some minutes)"
{ meson setup $folder "${options[@]}" && ninja -C $folder; } >$folder/build.log 2>&1 ||
  { grep -vE '^\[[0-9]+/[0-9]+\]' $folder/build.log; exit 1; }

failed=0
# measure PART PROGRAM ARGUMENT...: what it prints stays; its results are appended to those of the part.
measure() {
  local part=$1; shift
  timeout 900 "$@" --json $folder/parts/$part.json 2>&1 | tee -a $folder/$part.txt || { failed=1; echo "failed: $*"; }
}
ranks() { local part=$1; shift; measure "$part" mpirun --oversubscribe --bind-to none -n "$@"; }
a_case() { [[ -z ${SECONDS_A_CASE:-} ]] && echo "--seconds $1" || echo "--seconds $SECONDS_A_CASE"; }

for part in "${parts[@]}"; do
  rm -f $folder/parts/$part.json $folder/$part.txt
  case $part in
    kernels) measure kernels $folder/bench/kernels $(a_case 0.7) ;;
    forward)
      measure forward $folder/bench/forward $(a_case 2) --python "$python"
      for n in 2 4 8; do ranks forward $n $folder/bench/forward_ranks $(a_case 2); done ;;
    lenet5) measure lenet5 $folder/bench/lenet5 $(a_case 1) --python "$python" ;;
    pool) measure pool $folder/bench/pool $(a_case 2) --python "$python" ;;
    collectives) for n in 2 4 8; do ranks collectives $n $folder/bench/collectives $(a_case 0.5); done ;;
    matmul) for n in 2 4; do ranks matmul $n $folder/bench/matmul $(a_case 2); done ;;
    checkpoint) ranks checkpoint 4 $folder/bench/checkpoint $folder/files --python "$python" ;;
    compile) measure compile python3 bench/compile.py --rounds 1 ;;
  esac
done
"$python" bench/plots.py $folder || failed=1
exit $failed
