# SPDX-License-Identifier: Apache-2.0
# Sourced:  install_missing g++ meson   asks apt for those of these packages that are not there.

install_missing() {
  command -v dpkg-query >/dev/null || { echo "not a Debian: needed are, by Debian's names: $*"; return 0; }
  local package missing=() as_root=()
  for package; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  echo "installing ${missing[*]}"
  [[ $(id -u) == 0 ]] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# What the programs need, in a build and when they run.
program_packages=(g++ meson ninja-build pkg-config libopenmpi-dev openmpi-bin libboost-mpi-dev
  libboost-serialization-dev libeigen3-dev zlib1g-dev nlohmann-json3-dev libprotozero-dev libcli11-dev)

# Open MPI in a container as well as on a cluster's login node: as root, on more ranks than cores.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_mpi_yield_when_idle=1
