// SPDX-License-Identifier: Apache-2.0
// What a program with the CUDA backend compiles once, of one rank or of several processes, without
// MPI: test/cuda.sh.
#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/comm/tcp.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/run/executor.hpp>

#include <tenon/backend/cuda/cuda.ipp>
#include <tenon/comm/tcp.ipp>
#include <tenon/plan/planned.ipp>
#include <tenon/run/executor.ipp>
