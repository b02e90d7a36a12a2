// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model file and what is to be done with it: the network of any batch, its plan on so many
/// ranks, and the values of its parameters.
#include <tenon/core/hash.hpp>
#include <tenon/io/model_file/import_model.hpp>
#include <tenon/io/model_file/read_model.hpp>
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/model/asked_shapes.hpp>
#include <tenon/model/build_options.hpp>
#include <tenon/model/find_stage_strategies.hpp>
#include <tenon/model/find_together.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/weights_of_file.hpp>
#include <tenon/plan/cut_weights.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/plan/with_stages.hpp>

namespace tenon::detail {

/// It stays where it is made: slices may be used where its file is mapped.
class ModelSource : public std::enable_shared_from_this<ModelSource> {
 public:
  /// @param keep_strategies operators are told those that the file has for them.
  ModelSource(const std::string& path, ModelType type, const BuildOptions& options,
              bool keep_strategies = false)
      : options_(options), keep_strategies_(keep_strategies), file_(read_model(path)) {
    if (options.cut_weights && options.auto_parallel)
      throw Error(path + " is cut by cut_weights and by auto_parallel; legal: one of them");
    if (!options.strategy.empty()) strategy_ = read_strategies(options.strategy);
    const ModelType is = file_.format == ModelFormat::onnx ? ModelType::ONNX : ModelType::MINDIR;
    if (type != ModelType::ANY && type != is)
      throw Error(sentence(path, " is ", text(file_.format), ", not ",
                           text(type == ModelType::ONNX ? ModelFormat::onnx : ModelFormat::mindir),
                           " as was said"));
    std::vector<Dims> shapes = asked_shapes(file_, options.shapes);
    imported_ = import(shapes);
    if (options.micro_batches < 1)
      throw Error(sentence(path, ": ", options.micro_batches, " micro-batches; legal: 1 or more"));
    if (options.auto_parallel) searched_ = import(largest_micro_batch(shapes)).graph;
  }
  virtual ~ModelSource() = default;
  /// As it was asked for.
  const Imported& imported() const { return imported_; }

  /// The network for inputs of these shapes.
  Imported import(const std::vector<Dims>& shapes) const {
    ImportOptions how;
    how.shapes = shapes;
    how.output = options_.output;
    how.keep_parameters = !options_.checkpoint.empty();
    how.keep_strategies = keep_strategies_;
    return import_model(file_, how);
  }

  /// The network with the strategies that were asked for.
  /// @param ranks of all stages.
  Graph cut(Graph graph, Index ranks) const {
    graph = cut_as_stated(std::move(graph), ranks);
    if (!options_.auto_parallel) return graph;
    if (!found_) found_ = found_for(ranks, nullptr);
    return found_->apply(std::move(graph), searched_);
  }
  /// Finds the strategies that were asked for, if they were: rank 0, for all, which have agreed
  /// that their models are the same. Collective.
  /// @param loaded a plan whose parameters are there, and are moved if that is worth it; none.
  void find(Communication& communication, const PlanView* loaded) const {
    if (options_.auto_parallel)
      found_ = find_together(communication,
                             [&] { return found_for(Index(communication.size()), loaded); });
  }
  /// Whether it is a pipeline.
  bool has_stages() const { return tenon::has_stages(cut_as_stated(imported_.graph, 1)); }
  /// @param loaded a plan whose parameters are there, and stay as they are cut; none.
  Plan plan(Graph graph, Index ranks, const PlanView* loaded) const {
    PlanOptions how;
    how.parameters_of = loaded;
    Plan plan = planned(cut(std::move(graph), ranks), ranks, how);
    if (plan.finding) throw Error(text(plan.finding, plan.name(plan.where)));
    return plan;
  }

  /// A number for what all ranks must have: the parameters and a look at their values.
  virtual std::uint64_t content() const {
    Hash hash;
    for (const ImportedParameter& one : imported_.parameters) {
      hash.add(one.tensor.name).add(text(one.tensor.shape));
      for (const auto& chunk : one.tensor.chunks)
        hash.add({chunk.data(), std::min<std::size_t>(chunk.size(), 64)});
    }
    return hash.value;
  }

  /// What is said where it differs.
  virtual std::string differing() const {
    return "the ranks were given different models, or files that differ";
  }

  /// From the file, and what it has no values of from a checkpoint. Collective.
  /// @param all the ranks of all stages of a pipeline, where `communication` is those of one.
  virtual void fill(Parameters& parameters, Communication& communication,
                    Communication* all = nullptr) const {
    std::vector<std::string> missing;
    Communication& everybody = all ? *all : communication;
    everybody.together([&] {
      WeightsOfFile weights(file_.files, shared_from_this());
      missing = weights.fill(parameters, imported_.parameters, communication.rank(), options_.way);
      if (missing.empty() || !options_.checkpoint.empty()) return;
      const std::size_t others = missing.size() - 1;
      throw Error(sentence(file_.path, " has no values of ", missing[0],
                           others ? sentence(" and ", others, " more") : "",
                           ": give a checkpoint that has them"));
    });
    if (options_.checkpoint.empty()) return;
    const bool as_network = has_number(options_.checkpoint) && options_.checkpoint_strategy.empty();
    const std::string& cut = as_network ? options_.strategy : options_.checkpoint_strategy;
    const LoadOptions lenient{.lenient = true};
    const LoadReport report =
        all ? load_stage(parameters, communication, *all, names(), options_.checkpoint, cut,
                         lenient)
            : load_parameters(parameters, communication, options_.checkpoint, cut, lenient);
    everybody.together([&] { check(report, missing); });
  }

 protected:
  const ModelFile& file() const { return file_; }
  LoadWay way() const { return options_.way; }

 private:
  /// Of all parameters.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const ImportedParameter& one : imported_.parameters) all.push_back(one.tensor.name);
    return all;
  }
  /// What does not fit is an error; what the checkpoint lacks, where the model lacks it too.
  void check(LoadReport report, const std::vector<std::string>& missing) const {
    std::erase_if(report.missing, [&](const LoadReport::Entry& entry) {
      return std::ranges::find(missing, entry.name) == missing.end();
    });
    if (!report.fits()) throw Error(text(report, options_.checkpoint));
  }

  Searched found_for(Index ranks, const PlanView* loaded) const {
    PlanOptions how;
    how.parameters_of = loaded;
    return find_stage_strategies(cut_as_stated(searched_, ranks), ranks,
                                 options_.auto_parallel->machine, options_.auto_parallel->mode,
                                 how);
  }
  /// Of what goes through the stages at once.
  std::vector<Dims> largest_micro_batch(std::vector<Dims> shapes) const {
    if (!has_stages()) return shapes;
    const Index rows = shapes.empty() || shapes[0].empty() ? 0 : shapes[0][0];
    const Index parts = std::clamp<Index>(rows, 1, options_.micro_batches);
    for (Dims& shape : shapes)
      if (!shape.empty() && shape[0] == rows) shape[0] = (rows + parts - 1) / parts;
    return shapes;
  }
  Graph cut_as_stated(Graph graph, Index ranks) const {
    if (strategy_) graph = with_strategies(std::move(graph), *strategy_);
    graph = with_stages(std::move(graph), options_.pipeline_stages);
    if (strategy_ || !options_.cut_weights) return graph;
    const Index ranks_of_stage = stages_of(graph, ranks).ranks;
    return cut_weights(std::move(graph), ranks_of_stage);
  }

  BuildOptions options_;
  bool keep_strategies_;
  ModelFile file_;
  std::optional<StrategyFile> strategy_;
  Imported imported_;
  Graph searched_;  // for auto_parallel
  mutable std::optional<Searched> found_;  // for the graph of imported_
};

}  // namespace tenon::detail
