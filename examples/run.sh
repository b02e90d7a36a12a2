#!/usr/bin/env bash
# examples/run.sh [ARGUMENT...]: installs what is missing, builds build/examples/mnist, and runs it on 8 ranks.
# RANKS=4 examples/run.sh --backend reference   takes 4, and another backend.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/test/support/packages.sh"

install_missing "${program_packages[@]}"
[[ -e $root/build/build.ninja ]] || meson setup "$root/build" "$root" -Dexamples=enabled -Dtests=disabled >/dev/null
echo "building build/examples/mnist (the first time some minutes)"
ninja -C "$root/build" --quiet examples/mnist
exec timeout 600 mpirun --oversubscribe --bind-to none -n "${RANKS:-8}" "$root/build/examples/mnist" "$@"
