// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The networks whose strategy files and layouts MindSpore wrote:
///   trace(Seed(8), {{{32, 28, 28}}})   test/data/mindspore/strategy/seed8
///   trace(Columns(2), ...)             tp2, and of 4 devices tp4
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

namespace tenon::test {

struct Plain {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};

  constexpr Plain() = default;
  constexpr auto construct(auto x) const { return layer3(relu(layer2(relu(layer1(flatten(x)))))); }
};

struct Seed : Plain {
  constexpr explicit Seed(Index) {
    layer1.matmul.shard({{2, 1}, {1, 2}});
    layer3.matmul.shard({{2, 2}, {2, 1}});
  }
};

/// Layer 1 by columns, layer 2 by rows, layer 3 whole.
struct Columns : Plain {
  constexpr explicit Columns(Index devices) {
    layer1.matmul.shard({{1, 1}, {1, devices}});
    layer1.add.shard({Dims{1, devices}, Dims{devices}});
    layer2.matmul.shard({{1, devices}, {devices, 1}});
    layer2.add.shard({Dims{1, 1}, Dims{1}});
    layer3.matmul.shard({{1, 1}, {1, 1}});
    layer3.add.shard({Dims{1, 1}, Dims{1}});
  }
};

inline Graph trace_of(const auto& network, Index batch = 32) {
  return trace(network, {{{batch, 28, 28}}});
}

}  // namespace tenon::test
