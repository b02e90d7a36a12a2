// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The ranks' parts of a network over many, as MindSpore exports them, one file for each rank: the
/// collectives, their groups and the slices are in the graphs, which run as they are.
///   RankProgram program("net_rank_{}.mindir", backend, communication, options);
/// The batch is that of the files. Parameters without values are read from a checkpoint of slices,
/// by name: BuildOptions::checkpoint, 'rank_{}/net{}.ckpt'.
#include <tenon/comm/alone.hpp>
#include <tenon/io/model_file/read_model.hpp>
#include <tenon/model/any_model.hpp>
#include <tenon/model/build_options.hpp>
#include <tenon/model/named_inputs.hpp>
#include <tenon/model/rank_agreement.hpp>
#include <tenon/model/rank_part.hpp>
#include <tenon/run/any_execution.hpp>
#include <tenon/run/returned_inputs.hpp>

namespace tenon::detail {

/// This rank's file. @throws Error when the options are not for such files.
inline ModelFile rank_file(const std::string& pattern, ModelType type,
                           const Communication& communication, const BuildOptions& options) {
  const std::string path = numbered(pattern, communication.rank());
  if (type == ModelType::ONNX) throw Error(sentence(path, " is a rank's part; legal: MindIR"));
  if (!options.strategy.empty() || options.cut_weights || options.weights_of ||
      !options.pipeline_stages.empty() || options.auto_parallel || options.micro_batches != 1 ||
      !options.shapes.empty() || !options.output.empty() || !options.checkpoint_strategy.empty())
    throw Error(sentence(
        path, " is a rank's part of a network that is cut: another strategy, a search, ",
        "micro-batches, other shapes, one output alone or weights of another model are for whole ",
        "networks"));
  ModelFile file = read_mindir(path);
  if (!has_collectives(file) && communication.size() > 1)
    throw Error(sentence(path, " has no collectives: it is no rank's part of a network"));
  return file;
}

class RankProgram : public AnyModel {
 public:
  /// Collective. @throws Error on every rank.
  RankProgram(ModelFile&& file, const Backend& backend, Communication& communication,
              const BuildOptions& options)
      : file_(std::make_shared<ModelFile>(std::move(file))),
        values_(file_->values.size()),
        given_(values_.size()) {
    communication.together([&] {
      for (FileTensor& x : file_->inputs) {
        const bool half = x.element == Element::float16 || x.element == Element::bfloat16;
        if (half) x.element = Element::float32;  // as it is computed
        values_[std::size_t(x.value)] = {x.shape, x.element};
        names_.emplace_back(file_->name(x.value));
      }
      for_each_rank_piece(*file_, [&](RankPiece&& piece) {
        if (!piece.to.empty())  // somebody reads it
          parts_.push_back(rank_part(*file_, std::move(piece), values_, communication.size()));
      });
      reserve();
      fill(parts_, file_, options.checkpoint, communication.rank());
    });
    open_device(backend, communication);  // each part runs alone
    std::vector<RankCollective> own;
    for (const RankPart& part : parts_)
      if (part.is_collective) own.push_back(part.collective);
    const RankAgreement all(own, communication, file_->path);
    int number = 0;
    for (RankPart& part : parts_) {
      if (part.is_collective) prepare(part, all, number++, communication);
      else part.executor = std::make_unique<Executor>(part.view, backend, alone_, *part.parameters);
    }
  }

  std::vector<ModelTensor> inputs() const override {
    std::vector<ModelTensor> all;
    for (std::size_t i = 0; i < names_.size(); ++i)
      all.emplace_back(names_[i], file_->inputs[i].shape, file_->inputs[i].element);
    return all;
  }

  std::vector<ModelTensor> predict(std::span<const ModelTensor> given) override {
    const std::vector<const ModelTensor*> inputs = in_order(given, names_);
    std::vector<bool> ours(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      check_input(*inputs[i], names_[i], file_->inputs[i].element);
      if (!(inputs[i]->shape() == file_->inputs[i].shape))
        throw Error(sentence("the input ", names_[i], " is ", text(inputs[i]->shape()),
                             "; legal: ", text(file_->inputs[i].shape), ", as the parts of the ",
                             "network are cut"));
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) ours[i] = is_own(inputs[i]->data());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto* data = static_cast<const std::byte*>(inputs[i]->data());
      const std::size_t size = std::size_t(inputs[i]->data_size());
      given_[std::size_t(file_->inputs[i].value)] =
          ours[i] ? returned_.copy(i, {data, size}) : data;
    }
    for (RankPart& part : parts_) run(part);
    std::vector<ModelTensor> outputs;
    for (const FileTensor& y : file_->outputs) {
      const auto& [shape, element] = values_[std::size_t(y.value)];
      outputs.push_back(output_of(std::string(file_->name(y.value)), shape, element,
                                  given_[std::size_t(y.value)], given));
    }
    return outputs;
  }

 private:
  /// One scratch memory for all: collectives run one after the other.
  void reserve() {
    Index most = 0;
    for (const RankPart& part : parts_) {
      const RankCollective& c = part.collective;
      if (!part.is_collective) continue;
      const Index elements = std::max(c.count, c.result());
      most = std::max(most, product(Dims{2, Index(c.group.size()), elements, bytes(c.element)}));
    }
    scratch_ = Memory(most);
  }
  /// Whether it is what a part made in the run before.
  bool is_own(const void* data) const {
    for (const RankPart& part : parts_)
      for (int y : part.to) {
        const auto* made = static_cast<const std::byte*>(given_[std::size_t(y)]);
        const auto& [shape, element] = values_[std::size_t(y)];
        const std::size_t size = std::size_t(product(shape) * bytes(element));
        if (made && ReturnedInputs::lies_in(static_cast<const std::byte*>(data), {made, size}))
          return true;
      }
    return false;
  }

  void prepare(RankPart& part, const RankAgreement& all, int number, Communication& communication) {
    const RankCollective& c = part.collective;
    part.result = Memory(c.result() * bytes(c.element));
    part.exchange =
        communication.prepare([&](int rank) { return all.of(rank, number).program(rank); },
                              {scratch_.data(), scratch_.size()}, number);
  }

  void run(RankPart& part) {
    if (part.is_collective) {
      const void* x = given_[std::size_t(part.from[0])];
      given_[std::size_t(part.to[0])] = part.exchange->run(x, part.result.data());
      return;
    }
    std::vector<const void*> inputs;
    for (int x : part.from) inputs.push_back(given_[std::size_t(x)]);
    given_[std::size_t(part.to[0])] = part.executor->run(inputs);
    for (std::size_t i = 1; i < part.to.size(); ++i)
      given_[std::size_t(part.to[i])] = part.executor->further(int(i) - 1);
  }

  std::shared_ptr<ModelFile> file_;
  std::vector<RankValue> values_;
  std::vector<const void*> given_;  // of each value, in a run
  std::vector<std::string> names_;
  ReturnedInputs returned_;
  Memory scratch_;
  Alone alone_;
  std::vector<RankPart> parts_;
};

}  // namespace tenon::detail
