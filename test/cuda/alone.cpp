// SPDX-License-Identifier: Apache-2.0
// What a program of one rank with the CUDA backend compiles once: test/cuda.sh.
#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/run/executor.hpp>

#include <tenon/backend/cuda/cuda.ipp>
#include <tenon/plan/planned.ipp>
#include <tenon/run/executor.ipp>
