// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Three dense layers over the ranks of a communicator as one writes them without a library: the
/// first cut by columns, the second by rows, one all-reduce, the third on every rank.
#include <mpi.h>

#include "peer.hpp"

namespace bench {

Peer by_hand(MPI_Comm host);

}  // namespace bench
