// SPDX-License-Identifier: Apache-2.0
#pragma once
/// For one source file of a program, which is then not linked with the CUDA Toolkit: the libraries
/// are loaded when a device is first asked for. So it starts at once, also where they are missing.
///   #include <tenon/backend/cuda/on_demand.ipp>
#include <tenon/backend/cuda/on_demand/cublaslt.ipp>
#include <tenon/backend/cuda/on_demand/cudart_memory.ipp>
#include <tenon/backend/cuda/on_demand/cudart_peers.ipp>
#include <tenon/backend/cuda/on_demand/cudart_work.ipp>
#include <tenon/backend/cuda/on_demand/nvrtc.ipp>
