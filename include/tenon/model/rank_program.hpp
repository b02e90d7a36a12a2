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
#include <tenon/model/named_inputs.hpp>
#include <tenon/model/rank_agreement.hpp>
#include <tenon/model/rank_part.hpp>

namespace tenon::detail {

/// This rank's file. @throws Error when the options are not for such files.
inline ModelFile rank_file(const std::string& pattern, ModelType type,
                           const Communication& communication, const BuildOptions& options) {
  const std::string path = numbered(pattern, communication.rank());
  if (type == ModelType::ONNX) throw Error(sentence(path, " is a rank's part; legal: MindIR"));
  if (!options.strategy.empty() || options.cut_weights || options.weights_of ||
      !options.shapes.empty())
    throw Error(sentence(path, " is a rank's part of a network that is cut: another strategy, ",
                         "other shapes or weights of another model are for whole networks"));
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
      for (const FileTensor& x : file_->inputs) {
        values_[std::size_t(x.value)] = {x.shape, x.element};
        names_.emplace_back(file_->name(x.value));
      }
      for (RankPiece& piece : rank_pieces(*file_)) {
        if (!piece.to.empty())  // somebody reads it
          parts_.push_back(rank_part(*file_, std::move(piece), values_, communication.size()));
      }
      fill(parts_, file_, options.checkpoint, communication.rank());
    });
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
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      check_input(*inputs[i], names_[i], file_->inputs[i].element);
      if (!(inputs[i]->shape() == file_->inputs[i].shape))
        throw Error(sentence("the input ", names_[i], " is ", text(inputs[i]->shape()),
                             "; legal: ", text(file_->inputs[i].shape), ", as the parts of the ",
                             "network are cut"));
      given_[std::size_t(file_->inputs[i].value)] = inputs[i]->data();
    }
    for (RankPart& part : parts_) run(part);
    std::vector<ModelTensor> outputs;
    for (const FileTensor& y : file_->outputs) {
      const auto& [shape, element] = values_[std::size_t(y.value)];
      outputs.emplace_back(std::string(file_->name(y.value)), shape, element,
                           given_[std::size_t(y.value)]);
    }
    return outputs;
  }

 private:
  void prepare(RankPart& part, const RankAgreement& all, int number, Communication& communication) {
    const RankCollective& c = part.collective;
    const Index size = bytes(c.element), ranks = Index(c.group.size());
    part.scratch = Memory(2 * ranks * std::max(c.count, c.result()) * size);
    part.result = Memory(c.result() * size);
    part.exchange =
        communication.prepare([&](int rank) { return all.of(rank, number).program(rank); },
                              {part.scratch.data(), part.scratch.size()}, number);
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
  Alone alone_;
  std::vector<RankPart> parts_;
};

}  // namespace tenon::detail
