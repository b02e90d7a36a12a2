// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs a plan for all ranks in this process, each with memory of its own, and counts what crosses:
///   Machine machine(view(plan), parameters);  machine.run(inputs);  machine.output(rank)
/// It knows a plan's meaning only: distributions, addresses and the operators' laws.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <tenon/core/region.hpp>
#include <tenon/network/graph.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon::test {

/// A whole tensor in memory.
struct Whole {
  Dims shape;
  Element element = Element::float32;
  std::vector<std::byte> memory;

  explicit Whole(const Dims& dims = {}, Element of = Element::float32)
      : shape(dims), element(of), memory(std::size_t(product(dims) * bytes(of))) {}
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(memory.data()), memory.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(memory.data()), memory.size() / sizeof(T)};
  }
};

/// Row-major, as a rank holds it.
inline std::vector<std::byte> block_of(const Whole& whole, const Box& box) {
  const Index size = bytes(whole.element);
  std::vector<std::byte> block(std::size_t(volume(box) * size));
  for_each_run(region(box, whole_box(whole.shape)), region(box), [&](Index in, Index out, Index n) {
    std::memcpy(block.data() + out * size, whole.memory.data() + in * size, std::size_t(n * size));
  });
  return block;
}

using NamedTensors = std::map<std::string, Whole, std::less<>>;

/// The network on one rank, node by node, on whole tensors: no plan, no fusing.
inline Whole evaluate(const Graph& graph, const std::vector<Whole>& inputs,
                      const NamedTensors& parameters) {
  std::vector<Whole> values;
  std::size_t given = 0;
  for (const Node& node : graph.nodes) {
    if (node.kind == Node::Kind::input) {
      values.push_back(inputs[given++]);
    } else if (node.kind == Node::Kind::parameter) {
      values.push_back(parameters.find(graph.names[node.name])->second);
    } else {
      KernelCall call;
      call.attributes = node.attributes;
      for (int input : node.inputs) {
        Whole& x = values[std::size_t(input)];
        call.inputs.push_back({x.memory.data(), whole_box(x.shape), x.element});
      }
      Whole y(node.shape, node.element);
      call.output = {y.memory.data(), whole_box(y.shape), node.element};
      const auto law =
          node.element == Element::float64 ? node.op->law.of_double : node.op->law.of_float;
      if (law) law(call);
      else y.memory = values[std::size_t(node.inputs[0])].memory;
      values.push_back(y);
    }
  }
  return values[std::size_t(graph.output)];
}

class Machine {
 public:
  struct Traffic {
    Index bytes_received = 0, bytes_sent = 0, messages = 0;
  };

  Machine(const PlanView& plan, const NamedTensors& parameters)
      : plan_(plan), ranks_(std::size_t(plan.devices)), traffic_(ranks_.size()) {
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
      Rank& r = ranks_[rank];
      r.arena.assign(std::size_t(plan.arena), garbage);
      r.parameters.assign(std::size_t(plan.parameters), garbage);
      r.at.resize(plan.buffers.size());
      for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
        const Buffer& b = plan.buffers[i];
        if (b.place == Buffer::Place::arena) r.at[i] = r.arena.data() + b.offset;
        if (b.place != Buffer::Place::parameter) continue;
        const auto block =
            block_of(parameters.find(plan.name(b.name))->second, b.distribution.box(Index(rank)));
        r.at[i] = r.parameters.data() + b.offset;
        if (!block.empty()) std::memcpy(r.at[i], block.data(), block.size());
      }
    }
  }

  void run(const std::vector<Whole>& inputs) {
    for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
      ranks_[rank].inputs.clear();
      for (std::size_t i = 0; i < inputs.size(); ++i)
        ranks_[rank].inputs.push_back(
            block_of(inputs[i], buffer(plan_.inputs[i]).distribution.box(Index(rank))));
      for (std::size_t i = 0; i < inputs.size(); ++i)
        ranks_[rank].at[std::size_t(plan_.inputs[i])] = ranks_[rank].inputs[i].data();
    }
    for (const Step& step : plan_.steps) {
      if (step.kind == Step::Kind::exchange) exchange(step);
      for (Index rank = 0; rank < plan_.devices && step.kind == Step::Kind::view; ++rank)
        look(step, rank);
      for (Index rank = 0; rank < plan_.devices && step.kind == Step::Kind::compute; ++rank)
        compute(step, rank);
    }
  }

  std::span<const float> output(Index rank) const {
    return {reinterpret_cast<const float*>(at(rank, plan_.output)),
            std::size_t(volume(buffer(plan_.output).distribution.box(rank)))};
  }
  const Traffic& traffic(Index rank) const { return traffic_[std::size_t(rank)]; }
  /// Steps in which anything crossed, and whether the plan says that it does.
  Index crossings() const { return crossings_; }
  bool crossed_unsaid() const { return crossed_unsaid_; }

 private:
  static constexpr std::byte garbage{0xFF};  // a float of such bytes is NaN

  struct Rank {
    std::vector<std::byte> arena, parameters;
    std::vector<std::vector<std::byte>> inputs;
    std::vector<std::byte*> at;  // of each buffer
  };
  const Buffer& buffer(int i) const { return plan_.buffer(i); }
  std::byte* at(Index rank, int i) const { return ranks_[std::size_t(rank)].at[std::size_t(i)]; }

  /// Rows of what is contiguous, or the same elements under another shape.
  void look(const Step& step, Index rank) {
    const Buffer &x = buffer(step.inputs[0]), &y = buffer(step.output);
    const Box from = x.distribution.box(rank), to = y.distribution.box(rank);
    Index first = 0;
    if (step.op) {
      REQUIRE(volume(from) == volume(to));
    } else if (volume(to)) {
      REQUIRE(intersection(from, to) == to);
      REQUIRE(is_contiguous(region(to, from)));
      first = region(to, from).first * bytes(y.element);
    }
    ranks_[std::size_t(rank)].at[std::size_t(step.output)] = at(rank, step.inputs[0]) + first;
  }

  void exchange(const Step& step) {
    const Distribution &from = plan_.from(step), &to = plan_.to(step);
    const Index size = bytes(buffer(step.output).element);
    bool crossed = false;
    for (Index rank = 0; rank < plan_.devices; ++rank) {  // whoever stages, stages here
      Rank& r = ranks_[std::size_t(rank)];
      if (step.scratch_bytes)
        std::memset(r.arena.data() + step.scratch, 0xFF, std::size_t(step.scratch_bytes));
    }
    for (Index rank = 0; rank < plan_.devices; ++rank) {
      const Box wanted = to.box(rank);
      Index summand = 0;
      for_each_piece(from, wanted, rank, [&](Index source, const Box& box) {
        const bool adds = summand++ % from.summands() > 0;
        const std::byte* x = at(source, step.inputs[0]);
        std::byte* y = at(rank, step.output);
        for_each_run(
            region(box, from.box(source)), region(box, wanted), [&](Index in, Index out, Index n) {
              if (!adds) std::memcpy(y + out * size, x + in * size, std::size_t(n * size));
              for (Index i = 0; i < n && adds; ++i)
                reinterpret_cast<float*>(y)[out + i] += reinterpret_cast<const float*>(x)[in + i];
            });
        if (source == rank) return;
        crossed = true;
        const Index moved = volume(box) * size;
        traffic_[std::size_t(rank)].bytes_received += moved;
        traffic_[std::size_t(source)].bytes_sent += moved;
        ++traffic_[std::size_t(source)].messages;
      });
      finish(step, rank);
    }
    crossings_ += crossed;
    crossed_unsaid_ = crossed_unsaid_ || (crossed && !PlanView::communicates(step));
  }

  /// y = activation(y + bias), element by element.
  void finish(const Step& step, Index rank) {
    if (!step.bias && !step.activation) return;
    const Box box = plan_.to(step).box(rank);
    float* y = reinterpret_cast<float*>(at(rank, step.output));
    for (Index i = 0; i < volume(box); ++i) {
      if (step.bias)
        y[i] += reinterpret_cast<const float*>(at(rank, step.inputs.back()))[i % box.back().size()];
      if (step.activation) y[i] = step.activation->scalar(y[i]);
    }
  }

  void compute(const Step& step, Index rank) {
    KernelCall call;
    const auto block = [&](int id) {
      const Distribution& x = buffer(id).distribution;
      return Block{at(rank, id), x.box(rank), buffer(id).element, x.shape};
    };
    for (int input : step.inputs) call.inputs.push_back(block(input));
    call.output = block(step.output);
    call.attributes = step.attributes;
    call.bias = step.bias;
    if (step.activation) call.activation = &step.activation->scalar;
    step.op->law.of_float(call);
  }

  PlanView plan_;
  std::vector<Rank> ranks_;
  std::vector<Traffic> traffic_;
  Index crossings_ = 0;
  bool crossed_unsaid_ = false;
};

/// How far a block is from the whole result's, in units of its largest value; NaN counts as far.
inline double distance(std::span<const float> block, const Whole& expected, const Box& box) {
  const std::vector<std::byte> wanted = block_of(expected, box);
  if (block.size_bytes() != wanted.size()) return HUGE_VAL;
  double far = 0, largest = 1;
  for (float value : expected.as<float>()) largest = std::max(largest, double(std::abs(value)));
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double here =
        std::abs(double(block[i]) - reinterpret_cast<const float*>(wanted.data())[i]);
    far = here <= far ? far : std::isnan(here) ? HUGE_VAL : here;
  }
  return far / largest;
}

}  // namespace tenon::test
