// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All of Tenon for a program under MPI. It needs Boost.MPI, protozero, nlohmann-json and zlib; who
/// wants less includes less: tenon/model/model.hpp with tenon/backend/reference.hpp needs
/// none of them.
#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/checkpoint.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/text.hpp>
#include <tenon/run/tensor_operators.hpp>
