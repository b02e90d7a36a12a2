// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Fills parameters from files that are cut in any way, into a network that is cut in any way:
///   load_parameters(parameters, communication, "rank_{}/checkpoint.ckpt", "strategy.ckpt")
/// It is the exchange of every other redistribution, whose senders are files.
#include <tenon/model/compare_slices.hpp>
#include <tenon/model/fill.hpp>

namespace tenon {

/// Collective: proves that the files hold every byte of every parameter exactly once, replicas
/// aside; then fills each rank's slices, of which it reads no more. MindSpore:
/// load_distributed_checkpoint.
/// @throws Error on every rank: a file cannot be read, it and the network do not fit (unless
/// lenient), slices that should be equal differ. What the proof finds has changed nothing.
inline LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                  CheckpointFiles& files, const LoadOptions& options = {}) {
  Survey found = survey(files, parameters, communication,
                        options.check_checksums ? Checksum::checked : Checksum::ignored);
  if (!options.lenient && !found.report.fits()) throw Error(text(found.report, files.name()));
  if (options.compare_slices && files.size() > 1)
    detail::compare_slices(files, found, communication);
  detail::fill(parameters, communication, files, found, options.way);
  return std::move(found.report);
}

/// @param names a pattern with "{}" where the rank's number goes, one whole file, or a list of
/// files in rank order.
/// @param strategy MindSpore's strategy file; none for one whole file.
LoadReport load_parameters(Parameters& parameters, Communication& communication, const auto& names,
                           const std::string& strategy, const LoadOptions& options = {}) {
  std::unique_ptr<CheckpointFiles> files;
  communication.together([&] { files = std::make_unique<CheckpointFiles>(names, strategy); });
  return load_parameters(parameters, communication, *files, options);
}

}  // namespace tenon
