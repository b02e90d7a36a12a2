// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The one source file of a program that is compiled with -DTENON_SEPARATE_COMPILATION:
///   // tenon.cpp
///   #include <tenon/source.hpp>
/// It holds what every other file then only declares: loading, kernels, exchanges, planning at run
/// time. It needs what tenon/tenon.hpp needs; with -DTENON_CUDA it holds the CUDA backend, too, and
/// needs the CUDA Toolkit.
#ifndef TENON_SEPARATE_COMPILATION
#error tenon/source.hpp is for programs that are compiled with -DTENON_SEPARATE_COMPILATION
#endif

#include <tenon/backend/ascend/ascend_sim.hpp>
#ifdef TENON_CUDA
#include <tenon/backend/cuda/cuda.hpp>
#endif
#include <tenon/model/export.hpp>
#include <tenon/model/file_model.hpp>
#include <tenon/model/tcp_host.hpp>
#include <tenon/plan/planned_stages.hpp>
#include <tenon/tenon.hpp>

#include <tenon/backend/ascend/ascend_sim.ipp>
#include <tenon/backend/cpu/cpu.ipp>
#ifdef TENON_CUDA
#include <tenon/backend/cuda/cuda.ipp>
#endif
#include <tenon/comm/mpi.ipp>
#include <tenon/comm/tcp.ipp>
#include <tenon/io/open_tensors.ipp>
#include <tenon/model/export.ipp>
#include <tenon/model/context.ipp>
#include <tenon/model/file_model.ipp>
#include <tenon/model/load.ipp>
#include <tenon/model/save.ipp>
#include <tenon/model/tcp_host.ipp>
#include <tenon/plan/planned.ipp>
#include <tenon/plan/planned_stages.ipp>
#include <tenon/run/executor.ipp>
#include <tenon/search/find_strategies.ipp>
