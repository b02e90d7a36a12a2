// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The arithmetic of one rank. A backend names the kernels that it does better than the operators'
/// own laws:  struct Cpu : Backend { Kernel kernel(std::string_view op, Element element) const
/// override; };
#include <string_view>

#include <tenon/core/kernel.hpp>

namespace tenon {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// The kernel for an operator of MindSpore's name on such elements; none: its law is run.
  /// A kernel allocates nothing, and gives the same bits for the same call.
  virtual Kernel kernel(std::string_view op, Element element) const = 0;
};

}  // namespace tenon
