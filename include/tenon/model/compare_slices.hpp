// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Slices of several files compared over all ranks, by a fingerprint of each: replicas must be
/// equal, and no file may hold the slices of another rank (one file copied over another).
#include <tenon/io/content_hash.hpp>
#include <tenon/io/file_pieces.hpp>
#include <tenon/model/held_table.hpp>

namespace tenon::detail {

/// Compares parameter after parameter, so that no rank holds the fingerprints of all.
class SliceComparison {
 public:
  SliceComparison(CheckpointFiles& files, const Survey& survey, Communication& communication)
      : files_(files),
        survey_(survey),
        communication_(communication),
        of_file_(std::size_t(files.size())) {}

  /// Collective. @throws Error that names the parameter and two files.
  void compare(const SurveyedParameter& parameter, const SurveyedPlace& place) {
    const std::vector<std::uint64_t> hashes = fingerprints(parameter, place);
    std::map<Index, Index> first_with;  // by number of the block: a rank of the stage
    for (Index rank = 0; rank < Index(place.held.size()); ++rank) {
      if (!place.held[std::size_t(rank)]) continue;
      const std::uint64_t hash = hashes[std::size_t(rank)];
      const Index block = block_number(place.from, rank);
      const auto [known, is_new] = first_with.emplace(block, rank);
      if (!is_new && hashes[std::size_t(known->second)] != hash)
        refuse(place.first_file + known->second, place.first_file + rank,
               std::string(" should hold the same slice of ")
                   .append(parameter.name)
                   .append(", but they differ"));
      if (place.from.cuts.empty()) continue;
      OfFile& file = of_file_[std::size_t(place.first_file + rank)];
      if (file.first_cut.empty()) file.first_cut = parameter.name;
      file.tells = file.tells || hash % 2 == 1;
      file.contents = (file.contents ^ hash) * 0x9E3779B97F4A7C15ull + 1;
      file.blocks = (file.blocks ^ std::uint64_t(block)) * 0x9E3779B97F4A7C15ull + 1;
    }
  }
  /// After all parameters. @throws Error that names two files of which one is a copy.
  void find_copies() const {
    std::map<std::uint64_t, Index> first_with;  // by contents
    for (std::size_t i = 0; i < of_file_.size(); ++i) {
      const OfFile& file = of_file_[i];
      if (!file.tells) continue;  // slices of equal elements may be the same by chance
      const auto [known, is_new] = first_with.emplace(file.contents, Index(i));
      if (!is_new && of_file_[std::size_t(known->second)].blocks != file.blocks)
        refuse(known->second, Index(i),
               std::string(" hold the same slice of ")
                   .append(file.first_cut)
                   .append(
                       " and of all else that is cut, but the strategy gives them different ones"));
    }
  }

 private:
  /// Of what a file has of all parameters that are cut.
  struct OfFile {
    std::uint64_t contents = 1, blocks = 1;
    std::string first_cut;
    bool tells = false;
  };

  /// Of the slice of each rank of the stage.
  std::vector<std::uint64_t> fingerprints(const SurveyedParameter& parameter,
                                          const SurveyedPlace& place) {
    const Index files = Index(place.held.size()), readers = survey_.readers.count();
    std::vector<std::uint64_t> own(std::size_t((files + readers - 1) / readers));
    communication_.together([&] {
      for (Index rank = survey_.readers.self; rank >= 0 && rank < files; rank += readers)
        if (place.held[std::size_t(rank)])
          own[std::size_t(rank / readers)] =
              fingerprint(files_.open(place.first_file + rank), parameter.name);
    });
    const std::vector<std::uint64_t> all = communication_.all_gather(own);
    std::vector<std::uint64_t> of_rank;
    for (Index rank = 0; rank < files; ++rank)
      of_rank.push_back(
          all[std::size_t(survey_.readers.ranks[std::size_t(rank % readers)]) * own.size() +
              std::size_t(rank / readers)]);
    return of_rank;
  }
  std::uint64_t fingerprint(const TensorFile& file, const std::string& name) {
    const StoredTensor& tensor = file.at(name);
    ContentHash hash(tensor.element);
    pieces_.for_each_part(file, tensor, [&](std::span<const std::byte> part) { hash.add(part); });
    return hash.value();
  }
  [[noreturn]] void refuse(Index a, Index b, const std::string& what) const {
    throw Error(std::string(files_.path(a)).append(" and ").append(files_.path(b)).append(what));
  }

  CheckpointFiles& files_;
  const Survey& survey_;
  Communication& communication_;
  FilePieces pieces_;
  std::vector<OfFile> of_file_;
};

/// Collective. Cost: every file is read once, over the ranks.
inline void compare_slices(CheckpointFiles& files, const Survey& survey,
                           Communication& communication) {
  SliceComparison comparison(files, survey, communication);
  for (const SurveyedParameter& parameter : survey.parameters)
    for (const SurveyedPlace& place : parameter.places)
      if (parameter.fits) comparison.compare(parameter, place);
  comparison.find_copies();
}

}  // namespace tenon::detail
