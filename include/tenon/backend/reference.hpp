// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Every operator's own law in plain loops: the oracle that other backends are tested against, and
/// all that a program without dependencies needs.  Model<...> model(Reference{});
#include <tenon/backend/backend.hpp>

namespace tenon {

struct Reference : Backend {
  std::string_view name() const override { return "reference"; }
  Kernel kernel(std::string_view, Element) const override { return nullptr; }
};

}  // namespace tenon
