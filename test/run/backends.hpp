// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All backends, compiled once:  for (const Backend* backend : backends()) ...
#include <tenon/backend/backend.hpp>
#include <vector>

namespace tenon::test {

std::vector<const Backend*> backends();
const Backend& cpu();

}  // namespace tenon::test
