// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Every operator's own law in plain loops: the oracle that other backends are tested against, and
/// all that a program without dependencies needs.  Model<...> model(Reference{});
#include <tenon/backend/backend.hpp>

namespace tenon {

struct ReferenceOptions {
  bool reproducible = false;  // the same bits however the network is cut
};

class Reference : public Backend {
 public:
  explicit Reference(const ReferenceOptions& options = {}) : options_(options) {}
  std::string_view name() const override { return "reference"; }
  bool reproducible() const override { return options_.reproducible; }
  Kernel kernel(std::string_view, Element) const override { return nullptr; }

 private:
  ReferenceOptions options_;
};

}  // namespace tenon
