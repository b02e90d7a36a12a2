// SPDX-License-Identifier: Apache-2.0
#include "random_network.hpp"

#include <cstring>

#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/layout/placement.hpp>

namespace tenon::test {

namespace {

/// Builds the network, a layer after the other.
class Builder {
 public:
  Builder(RandomNetwork& network, Index batch, Index devices)
      : network_(network), graph_(network.graph), devices_(devices) {
    for (int i = 0; i < 8; ++i) draw(2);
    Value x = start(batch);
    std::vector<Value> seen{x};
    const Index layers = 2 + draw(6);
    for (Index i = 0; i < layers; ++i) {
      x = layer(x, seen, std::string("layer").append(std::to_string(i)));
      seen.push_back(x);
    }
    graph_.output = x.node;
    const Value earlier =
        seen[std::size_t(draw(Index(seen.size())))];  // or one behind which others follow
    if (draw(8) == 0 && graph_.nodes[std::size_t(earlier.node)].kind == Node::Kind::operation)
      graph_.output = earlier.node;
    fill();
  }

 private:
  Index draw(Index count) { return network_.draw(count); }

  Value input(const Dims& shape, Element element) {
    const Node node{Node::Kind::input,         nullptr, {}, shape, element,
                    graph_.names.add("input"), {},      {}};
    const Value value{&graph_, graph_.add(node)};
    graph_.inputs.push_back(value.node);
    return value;
  }
  Value weights(const std::string& layer, std::string_view part, const Dims& shape) {
    return parameter(graph_, layer, part, shape);
  }

  /// Numbers, or the words of an embedding, or classes.
  Value start(Index batch) {
    const Index width = 2 + draw(7);
    switch (draw(8)) {
      case 0: {
        const Value words = input(draw(2) ? Dims{batch, 1 + draw(4)} : Dims{batch},
                                  draw(2) ? Element::int32 : Element::int64);
        return call(Gather(0), weights("embedding", "table", {5 + draw(8), width}), words);
      }
      case 1: return call(OneHot(width), input({batch, 1 + draw(3)}, Element::int32));
      case 2: return call(OneHot(width, 1), input({batch}, Element::int32));
      case 3:
        return call(flatten,
                    input({batch, 1 + draw(3), 1 + draw(4), 1 + draw(3)}, Element::float32));
      case 4: return input({batch, 1 + draw(4), width}, Element::float32);
      case 5:
      case 6: return input({batch, 1 + draw(4), 2 + draw(4), 2 + draw(4)}, Element::float32);
      default: return input({batch, width}, Element::float32);
    }
  }

  Value layer(Value x, const std::vector<Value>& seen, const std::string& name) {
    const Dims shape = x.shape();
    const int rank = shape.size();
    const Index last = shape.empty() ? 1 : shape[rank - 1];
    if (rank < 2) return call(add, x, call(mul, x, x));
    if (rank == 4 && draw(3)) return picture(x, name);
    switch (draw(20)) {
      case 0: return bent(x, name.back() - '0' + shape[0]);
      case 1: return call(gelu, x);
      case 2: return draw(2) ? call(softmax, x) : call(LogSoftmax({draw(rank)}), x);
      case 3: {
        const Value gamma = weights(name, "gamma", {last}), beta = weights(name, "beta", {last});
        return call(LayerNorm(-1, 1e-2), x, gamma, beta);  // a small epsilon magnifies rounding
      }
      case 4: return call(ReduceSum({draw(rank)}, rank < 3 || draw(2)), x);
      case 5: return call(Transpose(turned(rank)), x);
      case 6: return call(Reshape(reshaped(shape)), x);
      case 7: return call(flatten, x);
      case 8: return call(prelu, x, weights(name, "slope", {draw(2) ? 1 : shape[1]}));
      case 9: return call(bias_add, x, weights(name, "bias", {shape[1]}));
      case 10: return residual(x, seen);
      case 11: return attention(x, name);
      case 12: {  // a value that is read twice
        const Value gate = call(sigmoid, x), y = call(Tanh(), x);
        return call(mul, gate, y);
      }
      case 13: return call(L2Normalize({-1}, 1e-2), x);
      case 14: return slice(x);
      case 15: {
        const Concat concat(draw(rank));
        return draw(2) ? call(concat, x, call(relu, x)) : call(concat, x, x, call(sigmoid, x), x);
      }
      case 16: return call(ReduceMean({draw(rank)}, rank < 3 || draw(2)), x);
      default: return dense(x, name);
    }
  }

  /// What keeps numbers small and is no step, by a number.
  Value bent(Value x, Index number) {
    const Dims shape = x.shape();
    const int rank = shape.size();
    switch (number % 12) {
      case 0: return call(ReLU6(), x);
      case 1: return call(HSwish(), x);
      case 2: return call(HSigmoid(), x);
      case 3: return call(Abs(), x);
      case 4: return call(maximum, x, call(Minimum(), call(sigmoid, x), x));
      case 5: return call(Exp(), call(Minimum(), x, call(HSigmoid(), x)));
      case 6: {
        const Value size = call(Abs(), x), gate = call(sigmoid, x);
        return call(Log(), call(add, size, gate));
      }
      case 7: return call(ReduceMax({rank - 1}, true), x);
      case 8: {
        const Value condition = call(relu, x), other = call(Tanh(), x);
        return call(Select(), condition, x, other);
      }
      case 9: {
        Dims before = Dims::filled(rank, 0), after = before;
        before[rank - 1] = after[0] = 1;
        return call(Pad(before, after, 0.5), x);
      }
      case 10: {
        Dims wide = shape;
        wide[rank - 1] = 3;
        return call(BroadcastTo(wide), call(ReduceMax({-1}, true), x));
      }
      default: return call(relu, x);
    }
  }

  /// Something of every dimension.
  Value slice(Value x) {
    Dims begin, end, stride;
    for (Index size : x.shape()) {
      const Index first = draw(2) ? 0 : draw(size);
      begin.push_back(first);
      end.push_back(draw(2) ? size : first + 1 + draw(size - first));
      stride.push_back(draw(3) ? 1 : 1 + draw(3));
    }
    return call(StridedSlice(begin, end, stride), x);
  }

  /// Windows that slide over it: none of them lies in the border alone.
  Value picture(Value x, const std::string& name) {
    const Dims shape = x.shape();
    const HeightWidth window{1 + draw(std::min<Index>(3, shape[2])),
                             1 + draw(std::min<Index>(3, shape[3]))},
        stride{1 + draw(2), 1 + draw(2)};
    const Border border{draw(window.height), draw(window.height), draw(window.width),
                        draw(window.width)};
    switch (draw(6)) {
      case 0: return call(MaxPool(window, stride, border), x);
      case 1: return call(AveragePool(window, stride, border, {}, draw(2), draw(2)), x);
      case 2: return call(ReduceMean({2, 3}, true), x);
      default: break;
    }
    const Index outputs = 1 + draw(4), each = draw(3) ? 1 : shape[1];
    const Index groups = draw(3) ? 1 : shape[1] / each;
    const Value w =
        weights(name, "weight", {outputs * groups, shape[1] / groups, window.height, window.width});
    Value y = call(Conv2d(stride, border, {}, groups), x, w);
    if (draw(3)) y = call(bias_add, y, weights(name, "bias", {outputs * groups}));
    return draw(2) ? y : call(relu, y);
  }

  Value dense(Value x, const std::string& name) {
    const Index in = x.shape().back(), out = 1 + draw(9);
    const bool transposed = draw(3) == 0;
    Value y = call(MatMul(false, transposed), x,
                   weights(name, "weight", transposed ? Dims{out, in} : Dims{in, out}));
    if (draw(4)) y = call(add, y, weights(name, "bias", {out}));
    return draw(2) ? y : draw(2) ? call(relu, y) : call(gelu, y);
  }

  Value residual(Value x, const std::vector<Value>& seen) {
    for (std::size_t i = seen.size(); i-- > 0;)
      if (seen[i].node != x.node && seen[i].shape() == x.shape())
        return draw(2) ? call(add, x, seen[i]) : call(mul, seen[i], x);
    return call(add, call(relu, x), x);
  }

  /// softmax(q k^T) v, of two or three dimensions.
  Value attention(Value x, const std::string& name) {
    const Index width = x.shape().back(), inside = 1 + draw(5);
    const auto projected = [&](std::string_view part, Index to) {
      return call(MatMul(), x, weights(name, part, {width, to}));
    };
    const Value q = projected("q", inside), k = projected("k", inside);
    const Value scores = call(softmax, call(MatMul(false, true), q, k));
    return call(MatMul(), scores, draw(2) ? projected("v", 1 + draw(6)) : x);
  }

  Dims turned(int rank) {
    Dims order;
    for (int d = 0; d < rank; ++d) order.push_back(d);
    for (int d = rank - 1; d > 0; --d) std::swap(order[d], order[int(draw(d + 1))]);
    return order;
  }
  /// A dimension split into two or joined with the next.
  Dims reshaped(const Dims& shape) {
    const int d = int(draw(shape.size()));
    Dims to = shape;
    if (d + 1 < shape.size() && draw(2)) {
      to[d] *= to[d + 1];
      to.erase(d + 1);
      if (to.size() == 1) to.insert(int(draw(2)), 1);
      return to;
    }
    if (shape.size() > 4) return to;
    Index factor = 1 + draw(shape[d]);
    while (shape[d] % factor) --factor;
    to[d] /= factor;
    to.insert(d, factor);
    return to;
  }

  /// Calls the operator, often with a strategy.
  template <class Op, class... Values>
  Value call(Op op, Values... operands) {
    if (draw(5) < 3) choose_strategy(op, {operands...});
    return op(operands...);
  }

  void choose_strategy(auto& op, const Vector<Value, 4>& operands) {
    Operands o{{}, {}, op.attributes(), {}, devices_};
    for (const Value& value : operands) {
      o.shapes.push_back(value.shape());
      o.elements.push_back(graph_.nodes[std::size_t(value.node)].element);
    }
    const Result result = op.info.infer(o);
    if (result.finding) return;
    for (int attempt = 0; attempt < 4; ++attempt) {
      Equation e = op.info.equation(o);
      Index left = devices_;
      std::map<char, Index> parts;
      for (char letter : e.order)
        if (may_be_cut(letter)) left /= parts[letter] = divisor(left);
      o.splits = Splits();
      for (const Term& term : e.split_is_outputs ? Vector<Term, 4>{e.outputs[0]} : e.inputs) {
        Dims split;
        for (const EquationAxis& axis : term)
          split.push_back(axis.repeated || !parts.contains(axis.letter) ? 1 : parts[axis.letter]);
        o.splits.inputs.push_back(split);
      }
      e = op.info.equation(o);  // some depend on the strategy
      const Placement p = place(e, o.shapes, result.shape, o.splits, devices_);
      if (!p.finding && p.output.partial() && !p.output.shape.empty() && draw(2)) {
        for (int d = 0; d < result.shape.size(); ++d) o.splits.output.push_back(p.output.parts(d));
        if (draw(2)) o.splits.output[0] *= p.output.summands();  // scattered over the rows
      }
      if (!p.finding) {
        op.splits = o.splits;
        return;
      }
      o.splits = Splits();
    }
  }
  /// Often 1 or a prime, sometimes all.
  Index divisor(Index n) {
    Index d = draw(3) ? 1 + draw(n) : 1;
    while (n % d) --d;
    return d;
  }

  void fill() {
    const auto numbers = [&](const Dims& shape) {
      Whole w(shape);
      for (float& value : w.as<float>()) value = float(draw(2049) - 1024) / 1024;
      return w;
    };
    const auto indices = [&](const Dims& shape, Element element) {  // some outside of the table
      Whole w(shape, element);
      if (element == Element::int32)
        for (auto& index : w.as<std::int32_t>()) index = std::int32_t(draw(9) - 1);
      else
        for (auto& index : w.as<std::int64_t>()) index = draw(9) - 1;
      return w;
    };
    for (const Node& node : graph_.nodes) {
      if (node.kind == Node::Kind::parameter)
        network_.parameters.emplace(graph_.names[node.name], numbers(node.shape));
      if (node.kind != Node::Kind::input) continue;
      network_.inputs.push_back(node.element == Element::float32
                                    ? numbers(node.shape)
                                    : indices(node.shape, node.element));
    }
  }

  RandomNetwork& network_;
  Graph& graph_;
  Index devices_;
};

}  // namespace

RandomNetwork::RandomNetwork(std::uint64_t seed, Index batch, Index devices)
    : state_(seed * 2 + 1) {
  Builder(*this, batch, devices);
}

}  // namespace tenon::test
