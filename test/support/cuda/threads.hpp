// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What kernels see of the device when they are compiled for the host.
struct pretended_uint3 {
  unsigned x = 0, y = 0, z = 0;
};
