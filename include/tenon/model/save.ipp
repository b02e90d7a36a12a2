// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/save.hpp declares.
#include <tenon/io/stage_strategies.hpp>
#include <tenon/layout/record_of.hpp>
#include <tenon/model/save_files.hpp>

namespace tenon {

namespace detail {

/// How parameters are cut, in MindSpore's spelling, for whoever loads the slices; of a name the
/// first one.
/// @throws Error when a cut has no such spelling.
inline StrategyFile strategy_of(const std::vector<HeldParameter>& all, Index devices) {
  StrategyFile strategy{"", 2, {}, {}};
  for (const HeldParameter& held : all) {
    if (strategy.find(held.name)) continue;
    const std::optional<LayoutRecord> record = record_of(held.distribution, devices);
    if (!record)
      throw Error(std::string(held.name)
                      .append(" is cut over digits of the rank that no device matrix of ")
                      .append(std::to_string(devices))
                      .append(" ranks has: save it whole"));
    strategy.layouts.push_back({held.name, *record});
  }
  return strategy;
}

inline std::vector<HeldParameter> held_of(const Parameters& parameters) {
  std::vector<HeldParameter> all;
  for (const Parameters::Slice* slice : each_once(parameters)) all.emplace_back(*slice);
  return all;
}

/// Those of a pipeline's stage, as its ranks have them.
inline std::vector<HeldParameter> held_of(const Pipeline& pipeline, Index stage) {
  std::vector<HeldParameter> all;
  const Plan& plan = pipeline.stages[std::size_t(stage)].plan;
  for (const Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::parameter)
      all.emplace_back(plan.name(b.name), b, int(stage * pipeline.ranks));
  return all;
}

/// Those of all stages, each once: where several have one, the first's. This rank's data with them.
inline std::vector<HeldParameter> held_of(const Pipeline& pipeline, const Parameters& parameters,
                                          Index own_stage) {
  std::vector<HeldParameter> all;
  std::set<std::string> known;
  for (Index stage = 0; stage < Index(pipeline.stages.size()); ++stage)
    for (HeldParameter& held : held_of(pipeline, stage)) {
      if (!known.insert(held.name).second) continue;
      for (const Parameters::Slice& slice : parameters.slices())
        if (stage == own_stage && slice.name == held.name &&
            slice.distribution == held.distribution)
          held.data = slice.data;
      all.push_back(std::move(held));
    }
  return all;
}

/// The layouts as they are, and MindSpore's strategies, which say the stage.
inline std::vector<StrategyFile> strategies_of(const Pipeline& pipeline, const Graph& network) {
  const Index stages = Index(pipeline.stages.size());
  std::vector<StrategyFile> files = stage_strategies(network, stages * pipeline.ranks);
  for (Index stage = 0; stage < stages; ++stage)
    files[std::size_t(stage)].layouts =
        strategy_of(held_of(pipeline, stage), pipeline.ranks).layouts;
  return files;
}

/// @throws Error on every rank where the name and what is asked for do not fit.
inline void check_name(Communication& communication, const std::string& path,
                       const SaveOptions& options) {
  communication.together([&] {
    if (options.integrated_save && has_number(path))
      throw Error(std::string(path).append(
          " is to be one file of whole parameters, but {} stands for several: say "
          "integrated_save = false"));
    if (!options.integrated_save) tenon::files_of(path, communication.size());
  });
}

}  // namespace detail

TENON_DECL void save_checkpoint(const Parameters& parameters, Communication& communication,
                                const std::string& path, const SaveOptions& options) {
  using namespace detail;
  check_name(communication, path, options);
  if (options.integrated_save) return save_whole(held_of(parameters), communication, path, options);
  const bool first = communication.rank() == 0;
  save_slices(parameters, communication.rank(), communication, path, options,
              {first ? numbered(options.strategy, 0) : std::string(),
               [&] { return strategy_of(held_of(parameters), communication.size()); }});
}

TENON_DECL void save_stages(const Parameters& parameters, Communication& all,
                            const Pipeline& pipeline, const Graph& network, const std::string& path,
                            const SaveOptions& options) {
  using namespace detail;
  check_name(all, path, options);
  const Index stage = all.rank() / pipeline.ranks, place = all.rank() % pipeline.ranks;
  if (options.integrated_save)
    return save_whole(held_of(pipeline, parameters, stage), all, path, options);
  const bool of_stages = has_number(options.strategy);  // a file of each, else one of all
  const bool writes = place == 0 && (of_stages || stage == 0);
  save_slices(parameters, place, all, path, options,
              {writes ? numbered(options.strategy, all.rank()) : std::string(), [&] {
                 const std::vector<StrategyFile> files = strategies_of(pipeline, network);
                 return of_stages ? files[std::size_t(stage)] : merge_strategies(files);
               }});
}

}  // namespace tenon
