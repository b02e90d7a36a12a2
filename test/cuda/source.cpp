// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/backend/cuda/cuda.ipp>
