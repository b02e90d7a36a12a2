// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/load.hpp declares.
#include <tenon/core/hash.hpp>
#include <tenon/model/compare_slices.hpp>
#include <tenon/model/fill.hpp>
#include <tenon/model/survey.hpp>

namespace tenon {

namespace detail {

/// A number for what all ranks must have been given alike: the network, the strategy, the options;
/// not the files' names, which may lead to disks of their own.
inline std::uint64_t question(const CheckpointFiles& files, const Parameters& parameters,
                              const LoadOptions& options) {
  Hash hash;
  hash.add(files.size()).add(options.way).add(options.lenient).add(options.check_checksums);
  hash.add(options.compare_slices);
  if (const StrategyFile* strategy = files.places().strategy())
    hash.add(strategy_protobuf(*strategy));
  for (const Parameters::Slice& slice : parameters.slices())
    hash.add(slice.name).add(text(slice.distribution.shape));
  return hash.value;
}

/// What is found before anything is filled. Collective. @throws Error where it is no good.
inline Survey surveyed(const Parameters& parameters, Communication& communication,
                       CheckpointFiles& files, const LoadOptions& options) {
  if (!communication.agree(question(files, parameters, options)))
    throw Error("the ranks are to load with different strategies, networks or options");
  Survey found = survey(files, parameters, communication, options);
  if (!options.lenient && !found.report.fits()) throw Error(text(found.report, files.name()));
  if (options.compare_slices && files.size() > 1) {
    compare_slices(files, found, communication);
    communication.together([&] {
      for (int rank : found.readers.node)
        if (found.readers.self >= 0) compare_stages(parameters, files, found, rank);
    });
  }
  return found;
}

inline std::unique_ptr<CheckpointFiles> files_of(const FileNames& names,
                                                 const std::string& strategy) {
  return std::visit(
      [&](const auto& given) { return std::make_unique<CheckpointFiles>(given, strategy); }, names);
}

}  // namespace detail

TENON_DECL LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                      CheckpointFiles& files, const LoadOptions& options) {
  Survey found = detail::surveyed(parameters, communication, files, options);
  detail::fill(parameters, communication, files, found, options.way);
  return std::move(found.report);
}

TENON_DECL LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                      const FileNames& names, const std::string& strategy,
                                      const LoadOptions& options) {
  std::unique_ptr<CheckpointFiles> files;
  communication.together([&] { files = detail::files_of(names, strategy); });
  return load_parameters(parameters, communication, *files, options);
}

TENON_DECL LoadReport load_stage(Parameters& parameters, Communication& stage, Communication& all,
                                 const std::vector<std::string>& names, const FileNames& files,
                                 const std::string& strategy, const LoadOptions& options) {
  std::unique_ptr<CheckpointFiles> opened;
  LoadOptions of_stage = options;
  of_stage.of_others = &names;
  Survey found;
  all.together([&] { opened = detail::files_of(files, strategy); });
  all.together([&] { found = detail::surveyed(parameters, stage, *opened, of_stage); });
  all.together([&] { detail::fill(parameters, stage, *opened, found, options.way); });
  return std::move(found.report);
}

TENON_DECL LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                      const TensorFile& file, const LoadOptions& options) {
  CheckpointFiles files(file);
  return load_parameters(parameters, communication, files, options);
}

}  // namespace tenon
