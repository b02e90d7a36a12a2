// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/file_model.hpp builds of a network that is put into several pipeline stages: this
/// rank's stage of it, with its weights alone.
#include <tenon/model/source_model.hpp>
#include <tenon/model/staged_program.hpp>
#include <tenon/plan/planned_stages.hpp>

namespace tenon::detail {

class StagedFile : public SourceModel {
 public:
  /// Collective. @param lender whose parameters are used; none. @throws Error on every rank.
  StagedFile(std::shared_ptr<ModelSource> from, const Backend& backend,
             Communication& communication, const BuildOptions& options, const StagedFile* lender)
      : SourceModel(std::move(from), communication.size()) {
    std::uint64_t content = 0;
    communication.together([&] {
      if (lender) check_lent(lender->graph());
      content = source().content() * 4 + (lender ? 2 : 0) + (options.checkpoint.empty() ? 1 : 0);
    });
    if (!communication.agree(content)) throw Error(source().differing());
    source().find(communication, nullptr);
    const PipelineSettings settings{options.micro_batches, options.pipeline_result_broadcast};
    program_ = std::make_unique<StagedProgram<Shapes, ShapesBefore>>(
        communication, backend, settings, shapes(),
        [this, ranks = Index(communication.size())](const Shapes& of, const Pipeline* loaded) {
          return planned_stages(source().cut(source().import(of).graph, ranks), ranks, {}, loaded);
        },
        &StagedFile::micro_batches, lender ? lender->program_.get() : nullptr);
    if (!lender) source().fill(program_->parameters(), program_->own(), &communication);
  }

  std::vector<ModelTensor> predict(std::span<const ModelTensor> tensors) override {
    const Given given = in_order_of_network(tensors);
    PipelineForward& forward = program_->forward(given.shapes);
    forward.run(given.data);
    std::vector<ModelTensor> outputs;
    for (std::size_t i = 0; i < forward.outputs(); ++i) {
      const Buffer& y = forward.described(i);
      outputs.push_back(
          output_of(net().outputs[i], y.distribution.shape, y.element, forward.output(i), tensors));
    }
    return outputs;
  }

  /// Of this rank's stage.
  const PlanView& plan() const override { return program_->plan(); }
  Parameters& parameters() override { return program_->parameters(); }
  Index stages() const override { return program_->stages(); }
  const Pipeline& pipeline() const override { return program_->pipeline(); }

 private:
  /// Of every input that has as many rows as the first.
  static std::vector<Shapes> micro_batches(const Shapes& whole, Index count) {
    const Index rows = whole.empty() || whole[0].empty() ? 0 : whole[0][0];
    const Index parts = std::clamp<Index>(rows, 1, count);
    std::vector<Shapes> all;
    for (Index k = 0; k < parts; ++k) {
      const Index own = balanced_block(rows, parts, k).size();
      all.push_back(whole);
      for (Dims& shape : all.back())
        if (!shape.empty() && shape[0] == rows) shape[0] = own;
    }
    return all;
  }

  std::unique_ptr<StagedProgram<Shapes, ShapesBefore>> program_;
};

}  // namespace tenon::detail
