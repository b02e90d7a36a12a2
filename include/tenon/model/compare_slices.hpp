// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Slices of several files compared over all ranks, by a fingerprint of each: replicas must be
/// equal, and no file may hold the slices of another rank (one file copied over another).
#include <tenon/io/content_hash.hpp>
#include <tenon/model/file_pieces.hpp>
#include <tenon/model/survey.hpp>

namespace tenon::detail {

/// The fingerprints of every file's slices, parameter by parameter; 0 of what a file has not.
/// Collective. Cost: every file is read once, over the ranks.
inline std::vector<std::vector<std::uint64_t>> fingerprints(CheckpointFiles& files,
                                                            const Survey& survey,
                                                            Communication& communication) {
  const Index ranks = communication.size(), rounds = (files.size() + ranks - 1) / ranks;
  const std::size_t count = survey.parameters.size();
  std::vector<std::uint64_t> own(count * std::size_t(rounds));
  FilePieces pieces;
  const auto hash = [&](const TensorFile& file, const std::string& name) {
    const StoredTensor& tensor = file.at(name);
    ContentHash hash(tensor.element);
    pieces.for_each_part(file, tensor, [&](std::span<const std::byte> part) { hash.add(part); });
    return hash.value();
  };
  communication.together([&] {
    for (Index round = 0; round < rounds; ++round) {
      const Index file = round * ranks + communication.rank();
      for (std::size_t i = 0; i < count && file < files.size(); ++i) {
        const SurveyedParameter& p = survey.parameters[i];
        const Index rank = file - p.first_file;
        if (p.fits && rank >= 0 && rank < Index(p.held.size()) && p.held[std::size_t(rank)])
          own[std::size_t(round) * count + i] = hash(files.open(file), p.name);
      }
    }
  });
  const std::vector<std::uint64_t> all = communication.all_gather(own);
  std::vector<std::vector<std::uint64_t>> of_file;
  for (Index file = 0; file < files.size(); ++file) {
    const auto first =
        all.begin() + (file % ranks) * Index(own.size()) + file / ranks * Index(count);
    of_file.emplace_back(first, first + Index(count));
  }
  return of_file;
}

/// @throws Error that names the parameter and two files. Collective.
inline void compare_slices(CheckpointFiles& files, const Survey& survey,
                           Communication& communication) {
  const auto hashes = fingerprints(files, survey, communication);
  const auto refuse = [&](Index a, Index b, const std::string& what) {
    throw Error(std::string(files.path(a)).append(" and ").append(files.path(b)).append(what));
  };
  std::map<std::vector<std::uint64_t>, std::pair<Index, std::vector<Index>>> by_slices;
  std::vector<std::map<Index, Index>> holders(survey.parameters.size());  // by number of the block
  for (Index file = 0; file < files.size(); ++file) {
    std::vector<std::uint64_t> cut;  // fingerprints of what is cut
    std::vector<Index> blocks;
    std::string first_cut;
    bool tells = false;  // a slice of equal elements, as of a bias never trained, tells nothing
    for (std::size_t i = 0; i < survey.parameters.size(); ++i) {
      const SurveyedParameter& p = survey.parameters[i];
      const std::uint64_t hash = hashes[std::size_t(file)][i];
      if (hash == 0) continue;
      const Index block = block_number(p.from, file - p.first_file);
      const auto [known, is_new] = holders[i].emplace(block, file);
      if (!is_new && hashes[std::size_t(known->second)][i] != hash)
        refuse(known->second, file,
               std::string(" should hold the same slice of ")
                   .append(p.name)
                   .append(", but they differ"));
      if (p.from.cuts.empty()) continue;
      if (first_cut.empty()) first_cut = p.name;
      tells = tells || hash % 2 == 1;
      cut.push_back(hash);
      blocks.push_back(block);
    }
    if (!tells) continue;
    const auto [known, is_new] = by_slices.emplace(cut, std::pair(file, blocks));
    if (!is_new && known->second.second != blocks)
      refuse(
          known->second.first, file,
          std::string(" hold the same slice of ")
              .append(first_cut)
              .append(" and of all else that is cut, but the strategy gives them different ones"));
  }
}

}  // namespace tenon::detail
