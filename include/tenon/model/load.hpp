// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Fills parameters from files that are cut in any way, into a network that is cut in any way:
///   load_parameters(parameters, communication, "rank_{}/checkpoint.ckpt", "strategy.ckpt")
/// It is the exchange of every other redistribution, whose senders are files.
#include <string>
#include <variant>
#include <vector>

#include <tenon/comm/communication.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/model/load_options.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

class CheckpointFiles;
class TensorFile;

/// A pattern with "{}" where the rank's number goes, or one whole file; or a list of files in rank
/// order.
using FileNames = std::variant<std::string, std::vector<std::string>>;

/// Collective: proves that the files hold every byte of every parameter, and each once, replicas
/// aside; then fills each rank's slices, of which it reads no more. MindSpore:
/// load_distributed_checkpoint.
/// @throws Error on every rank: a file cannot be read, it and the network do not fit (unless
/// lenient), slices that should be equal differ, ranks see different files. What is found before
/// the slices are filled has changed nothing; where reading fails after that, some slices are new.
TENON_DECL LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                      CheckpointFiles& files, const LoadOptions& options = {});
/// @param strategy MindSpore's strategy file; none for one whole file.
TENON_DECL LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                      const FileNames& names, const std::string& strategy,
                                      const LoadOptions& options = {});
/// The parameters of one stage of a pipeline: collective over `all`, of whom `stage` are the ranks
/// of this one's stage. What belongs to other stages is not looked at; nothing is filled where a
/// stage's do not fit. @param names of all stages' parameters.
TENON_DECL LoadReport load_stage(Parameters& parameters, Communication& stage, Communication& all,
                                 const std::vector<std::string>& names, const FileNames& files,
                                 const std::string& strategy, const LoadOptions& options = {});
/// From one whole file that each rank has open.
TENON_DECL LoadReport load_parameters(Parameters& parameters, Communication& communication,
                                      const TensorFile& file, const LoadOptions& options = {});

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/load.ipp>
#endif
