// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's model-loading tutorial in C++: three dense layers, and how each is cut.
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/flatten.hpp>
#include <tenon/network/operators/relu.hpp>

struct Network {
  tenon::Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};

  constexpr explicit Network(tenon::Index devices) {
    if (devices % 4 == 0) {  // the tutorial's own, on 4 and 8 ranks
      layer1.matmul.shard({{2, 1}, {1, 2}});
      layer3.matmul.shard({{2, 2}, {2, 1}});
    } else if (devices > 1) {  // on 2, 3, 6: columns of layer 1, rows of layer 3; 512 / 3 is uneven
      layer1.matmul.shard({{1, 1}, {1, devices}});
      layer3.matmul.shard({{1, devices}, {devices, 1}});
    }
  }
  constexpr auto construct(auto x) const {
    x = tenon::relu(layer1(tenon::flatten(x)));  // [batch, 512]
    x = tenon::relu(layer2(x));                  // [batch, 512]
    return layer3(x);                            // [batch, 10]
  }
};
