// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Networks that are small enough to try every strategy: chains, residual connections, diamonds,
/// attention.  Graph g = small_network(seed)
#include <random>
#include <string>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/search/machine.hpp>

namespace tenon::test {

class SmallNetwork {
 public:
  explicit SmallNetwork(std::uint64_t seed) : random_(seed) {}

  Graph make() {
    const Index rows = pick({1, 2, 6, 16}), width = pick({2, 8, 12, 64});
    const Node node{Node::Kind::input,         nullptr, {}, {rows, width}, Element::float32,
                    graph_.names.add("input"), {},      {}};
    Value x{&graph_, graph_.add(node)};
    graph_.inputs.push_back(x.node);
    switch (draw(6)) {
      case 0: x = after(layer(x, "a")); break;
      case 1: x = layer(after(layer(x, "a")), "b"); break;
      case 2: {  // residual
        const Value y = after(layer(x, "a"));
        x = add(y, layer(y, "b", y.shape()[1]));
        break;
      }
      case 3: {  // diamond: two branches of one value
        const Value y = draw(2) ? layer(x, "a") : after(layer(x, "a"));
        const Index out = pick({4, 12});
        x = mul(after(layer(y, "b", out)), draw(2) ? layer(y, "c", out) : relu(layer(y, "c", out)));
        break;
      }
      case 4: {  // attention of one head
        const Value q = layer(x, "q", 8), k = layer(x, "k", 8);
        x = softmax(MatMul(false, true)(q, k));
        break;
      }
      default:  // a long chain of what is no product
        x = layer(softmax(gelu(layer_norm_of(relu(layer(x, "a"))))), "b");
        if (draw(2)) x = relu(x);
    }
    graph_.output = x.node;
    return graph_;
  }

  tenon::Machine machine() {
    const auto one = [&](std::initializer_list<double> values) { return pick(values); };
    return {.flops = one({1e9, 1e11}),
            .memory_rate = one({1e9, 1e10}),
            .step = one({0, 1e-6}),
            .memory = 1e300,
            .node_ranks = pick({2, 4, 64}),
            .processors = pick({1, 2, 64}),
            .inside = {one({0, 1e-6, 1e-5}), one({0, 1e-7}), one({1e8, 1e9, 1e10})},
            .between = {one({1e-6, 1e-4}), one({0, 1e-6}), one({1e7, 1e9})}};
  }
  Index draw(Index count) { return Index(random_() % std::uint64_t(count)); }

 private:
  template <class T>
  T pick(std::initializer_list<T> list) {
    return list.begin()[draw(Index(list.size()))];
  }
  Value layer(Value x, const std::string& name, Index out = 0) {
    if (out == 0) out = pick<Index>({4, 10, 64});
    const Value w = parameter(graph_, name, "weight", {x.shape()[1], out});
    const Value y = matmul(x, w);
    return draw(3) ? add(y, parameter(graph_, name, "bias", {out})) : y;
  }
  Value after(Value x) {
    switch (draw(4)) {
      case 0: return relu(x);
      case 1: return gelu(relu(x));
      case 2: return softmax(x);
      default: return x;
    }
  }
  Value layer_norm_of(Value x) {
    const Index width = x.shape()[1];
    return layer_norm(x, parameter(graph_, "norm", "gamma", {width}),
                      parameter(graph_, "norm", "beta", {width}));
  }

  std::mt19937_64 random_;
  Graph graph_;
};

}  // namespace tenon::test
