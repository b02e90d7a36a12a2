// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One rank's file copied over another's, which no shape tells:
///   check_no_copies(ShardedTensors(files, places));
///   tenon: rank_0/x.ckpt and rank_2/x.ckpt hold the same slices of layer1.weight and ...
#include <tenon/io/content_hash.hpp>
#include <tenon/io/sharded_tensors.hpp>

namespace tenon {

namespace detail {

/// Fingerprints of slices, each made when it is first asked for.
class SliceHashes {
 public:
  std::uint64_t of(const StoredTensor& slice) {
    const auto [place, is_new] = known_.emplace(&slice, 0);
    if (is_new) place->second = content_hash(slice);
    return place->second;
  }

 private:
  std::map<const StoredTensor*, std::uint64_t> known_;
};

/// Whether everything that should differ on two ranks of a stage is equal, and says something:
/// blocks of equal elements may well be the same. `name` is the first that does.
inline bool are_copies(const std::vector<const ShardedTensor*>& stage, Index a, Index b,
                       SliceHashes& hashes, std::string& name) {
  name.clear();
  for (const ShardedTensor* tensor : stage) {
    if (block_number(tensor->distribution, a) == block_number(tensor->distribution, b)) continue;
    if (!tensor->has(a) || !tensor->has(b)) continue;
    const StoredTensor &x = *tensor->slices[std::size_t(a)], &y = *tensor->slices[std::size_t(b)];
    if (!(x.shape == y.shape)) return false;
    const std::uint64_t hash = hashes.of(x);
    if (hash != hashes.of(y)) return false;
    if (name.empty() && hash % 2 == 1) name = tensor->name;
  }
  return !name.empty();
}

}  // namespace detail

/// @throws Error where two ranks that should hold different blocks hold the same bytes of all that
/// is cut. Cost: of most checkpoints one slice of each rank is read.
inline void check_no_copies(const ShardedTensors& all) {
  std::map<Index, std::vector<const ShardedTensor*>> stages;  // what is cut
  for (const ShardedTensor& tensor : all.tensors())
    if (!tensor.is_whole()) stages[tensor.first_rank].push_back(&tensor);
  detail::SliceHashes hashes;
  std::string name;
  for (const auto& [first_rank, stage] : stages)
    for (Index b = 1; b < stage.front()->ranks(); ++b)
      for (Index a = 0; a < b; ++a)
        if (detail::are_copies(stage, a, b, hashes, name))
          throw Error(std::string(all.path(*stage.front(), a))
                          .append(" and ")
                          .append(all.path(*stage.front(), b))
                          .append(" hold the same slice of ")
                          .append(name)
                          .append(" and of all else that is cut, but ")
                          .append(all.places().path())
                          .append(" gives them different ones: one is a copy of the other"));
}

}  // namespace tenon
