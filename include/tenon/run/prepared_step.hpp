// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One step of a plan, made ready on one rank:  step.run(at)
/// `at` says where each buffer is now; a step says where its output is when it has run.
#include <tenon/backend/backend.hpp>
#include <tenon/backend/memory.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon::detail {

using Places = std::vector<std::byte*>;  // of each buffer

struct PreparedStep {
  const Step* step = nullptr;
  Kernel kernel = nullptr;
  std::unique_ptr<PreparedKernel> prepared;  // does it instead of `kernel`
  KernelCall arguments;
  std::unique_ptr<Exchange> exchange;
  Exchange* reader = nullptr;  // an exchange that says where the output is best produced
  std::byte* home = nullptr;   // the output's place in the arena
  Index moved = 0;             // of a view: bytes behind the beginning of its base
  SumBlocks sum_blocks;        // how it adds, where it adds in one order for any cut
  Memory sums;                 // then: the place of an output that is several sums
  Memory scratch;              // then: of an exchange of several sums

  void run(Places& at) {
    std::byte*& y = at[std::size_t(step->output)];
    const auto input = [&](int i) { return at[std::size_t(step->inputs[i])]; };
    if (step->kind == Step::Kind::view) {
      y = input(0) + moved;
      return;
    }
    std::byte* to = reader ? reader->source() : nullptr;
    y = to ? to : home;
    if (exchange) {
      const Finish finish{step->bias ? input(step->inputs.size() - 1) : nullptr,
                          arguments.activation, arguments.activation_name};
      y = const_cast<std::byte*>(exchange->run(input(0), y, finish));
      return;
    }
    read_inputs(at);
    arguments.output.data = y;
    if (prepared) prepared->run(arguments);
    else kernel(arguments);
  }

  /// Parameters have changed.
  void take_parameters(const Places& at) {
    if (!prepared) return;
    read_inputs(at);
    prepared->take_parameters(arguments);
  }

 private:
  void read_inputs(const Places& at) {
    for (int i = 0; i < step->inputs.size(); ++i)
      arguments.inputs[i].data = at[std::size_t(step->inputs[i])];
  }
};

/// A step that computes adds in blocks. What others are to join is more than one block of its
/// output.
inline void add_in_blocks(PreparedStep& made, SumBlocks&& blocks) {
  made.sum_blocks = std::move(blocks);
  if (made.sum_blocks.sums() == 0) return;
  made.arguments.sum_blocks = &made.sum_blocks;
  if (made.sum_blocks.sums() == 1) return;
  const Block& y = made.arguments.output;
  made.sums = Memory(Index(made.sum_blocks.sums()) * volume(y.box) * bytes(y.element));
  made.home = made.sums.data();
}

/// The call of a step that computes. @param block a buffer's block on this rank. @param packed a
/// buffer's forms, if it is a parameter.
inline void prepare_kernel(PreparedStep& made, const Backend& backend, SumBlocks&& blocks,
                           auto&& block, auto&& packed) {
  const Step& step = *made.step;
  Vector<PackedForms*, 5> forms;
  for (int input : step.inputs) {
    made.arguments.inputs.push_back(block(input));
    forms.push_back(packed(input));
  }
  made.arguments.output = block(step.output);
  made.arguments.attributes = step.attributes;
  made.arguments.bias = step.bias;
  add_in_blocks(made, std::move(blocks));
  const Element element = made.arguments.output.element;
  made.arguments.law = step.op->law(element);
  made.prepared = backend.prepare(step.op->name, made.arguments, {forms.begin(), forms.end()});
  made.kernel = backend.kernel(step.op->name, element);
  if (!made.kernel) made.kernel = made.arguments.law;
}

}  // namespace tenon::detail
