// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether the files of all ranks are what a strategy says: everything is there exactly once,
/// replicas are equal, no file is a copy of another rank's.
#include "transformations.hpp"

namespace tenon::checkpoint {

struct Verification {
  std::vector<std::string> strategy, files;
  bool check_crc = false, allow_missing = false;
};

namespace detail {

/// Copies that ranks could have and have not, which save_checkpoint(remove_redundancy=True) leaves
/// out; so does a file that was cut short between two values.
inline std::vector<std::string> without_copy(const ShardedTensors& x) {
  std::vector<std::string> found;
  for (const ShardedTensor& tensor : x.tensors())
    for (Index rank = 0; rank < tensor.ranks(); ++rank)
      if (!tensor.has(rank) && volume(tensor.distribution.box(rank)) > 0)
        found.push_back(std::string(x.path(tensor, rank)).append(": ").append(tensor.name));
  return found;
}

inline json tensors_json(const ShardedTensors& x) {
  json tensors = json::array();
  for (const ShardedTensor& tensor : x.tensors()) {
    Dims parts;
    for (int d = 0; d < tensor.shape().size(); ++d) parts.push_back(tensor.distribution.parts(d));
    tensors.push_back({{"name", tensor.name},
                       {"type", tensor.is_string ? "string" : text(tensor.element)},
                       {"shape", list(tensor.shape())},
                       {"parts", list(parts)},
                       {"first_rank", tensor.first_rank}});
  }
  return tensors;
}

}  // namespace detail

/// @throws Error with the first thing that is wrong.
inline Answer verified(const Verification& v) {
  StrategyPlaces places = places_of(v.strategy);
  const ShardedTensors x(rank_files(v.files, places.ranks()), std::move(places),
                         {.checksum = v.check_crc ? Checksum::checked : Checksum::ignored});
  const std::vector<std::string> absent = x.absent();
  if (!absent.empty() && !v.allow_missing)
    throw Error(
        std::string(x.places().path())
            .append(" names ")
            .append(absent.front())
            .append(absent.size() > 1 ? " and " + text(Index(absent.size()) - 1) + " more" : "")
            .append(", which no file has; --allow-missing where that is meant"));
  Index total = 0, done = 0, whole = 0;
  for (const ShardedTensor& tensor : x.tensors()) {
    whole += tensor.bytes();
    for (const StoredTensor* slice : tensor.slices) total += slice ? slice->bytes() : 0;
  }
  BytesProgress progress("verify");
  compare_replicas(x, [&](Index more) { progress.at(done += more, total); });
  check_no_copies(x);
  const auto without = detail::without_copy(x);
  json unnamed = json::array();
  std::string lines = text(Index(x.paths().size()));
  lines.append(x.paths().size() == 1 ? " file holds " : " files hold ");
  lines.append(text(Index(x.tensors().size()))).append(" tensors of ").append(bytes_text(whole));
  lines.append(", each byte where it should be\n");
  for (const std::string& name : absent)
    lines.append("in no file: ").append(printable(name)).append("\n");
  for (const ShardedTensor& tensor : x.unplaced()) {
    unnamed.push_back(tensor.name);
    lines.append("not in the strategy: ").append(printable(tensor.name)).append("\n");
  }
  for (const std::string& what : without)
    lines.append("no copy in ").append(printable(what)).append("\n");
  return {lines,
          {{"ranks", x.paths().size()},
           {"bytes", whole},
           {"tensors", detail::tensors_json(x)},
           {"in_no_file", absent},
           {"not_in_strategy", unnamed},
           {"without_copy", without}}};
}

}  // namespace tenon::checkpoint
