// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A program's own output, handed back to it as an input: state = predict(state). Such an input is
/// copied before the program writes over it.
#include <algorithm>
#include <functional>
#include <span>
#include <vector>

namespace tenon::detail {

class ReturnedInputs {
 public:
  /// Whether an address lies in this memory.
  static bool lies_in(const std::byte* data, std::span<const std::byte> memory) {
    const std::less<const std::byte*> before;
    return !memory.empty() && !before(data, memory.data()) &&
           before(data, memory.data() + memory.size());
  }
  /// A copy of input i. Allocates when it is first asked for it.
  std::byte* copy(std::size_t i, std::span<const std::byte> input) {
    if (copies_.size() <= i) copies_.resize(i + 1);
    copies_[i].resize(input.size());
    std::ranges::copy(input, copies_[i].begin());
    return copies_[i].data();
  }

 private:
  std::vector<std::vector<std::byte>> copies_;
};

}  // namespace tenon::detail
