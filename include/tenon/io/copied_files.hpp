// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One rank's file copied over another's, which no shape tells:
///   check_no_copies(ShardedTensors(files, places));
///   tenon: rank_0/x.ckpt and rank_2/x.ckpt hold the same slices of layer1.weight and ...
#include <tenon/io/sharded_tensors.hpp>
#include <tenon/io/slice_reader.hpp>

namespace tenon {

namespace detail {

/// The ranks of a stage that are not told apart yet, in groups; those that are to hold the same of
/// everything have one kind.
class CopySearch {
 public:
  /// @param stage what is cut, of one stage
  explicit CopySearch(const std::vector<const ShardedTensor*>& stage)
      : stage_(stage), kinds_(std::size_t(stage.front()->ranks())) {
    for (const ShardedTensor* tensor : stage) {
      std::map<std::pair<Index, Index>, Index> numbers;  // of kind and block
      for (std::size_t rank = 0; rank < kinds_.size(); ++rank) {
        const Index block = block_number(tensor->distribution, Index(rank));
        kinds_[rank] =
            numbers.emplace(std::pair(kinds_[rank], block), Index(numbers.size())).first->second;
      }
    }
  }
  /// refuse(tensor, rank, other) for the first two that should differ and hold the same.
  void run(SliceReader& reader, auto&& refuse) const {
    std::vector<Group> groups{{{}, {}}};
    for (Index rank = 0; rank < Index(kinds_.size()); ++rank) groups[0].ranks.push_back(rank);
    drop_alike(groups);
    for (const ShardedTensor* tensor : stage_) {
      std::vector<Group> next;
      for (const Group& group : groups) split(group, *tensor, reader, next);
      drop_alike(next);
      groups = std::move(next);
    }
    for (const Group& group : groups)
      for (const ShardedTensor* tensor : group.telling)
        for (Index rank : group.ranks)
          if (block_number(tensor->distribution, rank) !=
              block_number(tensor->distribution, group.ranks.front()))
            return refuse(*tensor, group.ranks.front(), rank);
  }

 private:
  struct Group {
    std::vector<Index> ranks;                   // that hold the same of all that was looked at
    std::vector<const ShardedTensor*> telling;  // not of equal elements, which say nothing
  };

  /// By what they hold of one tensor.
  static void split(const Group& group, const ShardedTensor& tensor, SliceReader& reader,
                    std::vector<Group>& into) {
    std::map<std::optional<std::uint64_t>, Group> parts;
    for (Index rank : group.ranks) {
      std::optional<std::uint64_t> hash;
      if (tensor.has(rank)) hash = reader.content_hash(tensor, rank);
      Group& part = parts[hash];
      if (part.ranks.empty()) {
        part.telling = group.telling;
        if (hash && *hash % 2 == 1) part.telling.push_back(&tensor);
      }
      part.ranks.push_back(rank);
    }
    for (auto& [hash, part] : parts) into.push_back(std::move(part));
  }
  /// Groups of ranks that are to hold the same are done.
  void drop_alike(std::vector<Group>& groups) const {
    std::erase_if(groups, [&](const Group& group) {
      return std::all_of(group.ranks.begin(), group.ranks.end(), [&](Index rank) {
        return kinds_[std::size_t(rank)] == kinds_[std::size_t(group.ranks.front())];
      });
    });
  }

  const std::vector<const ShardedTensor*>& stage_;
  std::vector<Index> kinds_;
};

}  // namespace detail

/// @throws Error where two ranks that should hold different blocks hold the same bytes of all that
/// is cut. Cost: of most checkpoints a slice or two of each rank are read.
inline void check_no_copies(const ShardedTensors& all) {
  std::map<Index, std::vector<const ShardedTensor*>> stages;  // what is cut
  for (const ShardedTensor& tensor : all.tensors())
    if (!tensor.is_whole()) stages[tensor.first_rank].push_back(&tensor);
  SliceReader reader;
  for (const auto& [first_rank, stage] : stages)
    detail::CopySearch(stage).run(reader, [&](const ShardedTensor& tensor, Index a, Index b) {
      throw Error(std::string(all.path(tensor, a))
                      .append(" and ")
                      .append(all.path(tensor, b))
                      .append(" hold the same slice of ")
                      .append(tensor.name)
                      .append(" and of all else that is cut, but ")
                      .append(all.places().path())
                      .append(" gives them different ones: one is a copy of the other"));
    });
}

}  // namespace tenon
