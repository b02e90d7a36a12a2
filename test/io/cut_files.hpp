// SPDX-License-Identifier: Apache-2.0
#pragma once
/// w [4, 6] by columns over 2 ranks, twice, and b [6] whole, in the files of 4 ranks:
///   CutFiles cut; cut.write(3, {4, 2}); cut.error()
#include <numeric>

#include <tenon/io/sharded_tensors.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/write_checkpoint.hpp>

#include "files.hpp"

namespace tenon::test {

struct CutFiles {
  Folder folder;
  StrategyFile strategy{"s.ckpt",
                        1,
                        {{"w", {{2, 2}, {{-1}, {1}}, {}}, 0, 0, 0, false},
                         {"b", {{2, 2}, {{-1}}, {}}, 0, 0, 0, false}},
                        {}};

  CutFiles() {
    for (Index rank = 0; rank < 4; ++rank) write(rank, {4, 3});
  }
  std::string path(Index rank) const { return folder / "x" + text(rank) + ".ckpt"; }

  /// The rank's slices: w counts up from 100 on ranks 0 and 1 and from 200 on 2 and 3 (from
  /// `first_w` where given), b from 1; no shape: none.
  void write(Index rank, const Dims& w, const Dims& b = {6}, const std::string& extra = "",
             float extra_value = 7, float first_w = 0) const {
    std::vector<float> values_w(std::size_t(product(w))), values_b(std::size_t(product(b)));
    const float first = first_w != 0 ? first_w : rank < 2 ? 100.f : 200.f;
    std::iota(values_w.begin(), values_w.end(), first);
    std::iota(values_b.begin(), values_b.end(), 1.f);
    std::vector<TensorSource> tensors;
    if (!w.empty()) tensors.emplace_back("w", values_w, w);
    if (!b.empty()) tensors.emplace_back("b", values_b, b);
    if (!extra.empty()) tensors.emplace_back(extra, std::span(&extra_value, 1), Dims{});
    write_checkpoint(path(rank), tensors);
  }
  ShardedTensors open(const ShardedOptions& options = {}) const {
    return {files_of(folder / "x{}.ckpt", 4), StrategyPlaces(strategy), options};
  }
  /// What it throws, without the folder's name.
  std::string error(const auto& action) const {
    std::string what = error_of(action);
    for (std::size_t at; (at = what.find(folder / "")) != what.npos;)
      what.erase(at, (folder / "").size());
    return what;
  }
  std::string error(const ShardedOptions& options = {}) const {
    return error([&] { open(options); });
  }
};

}  // namespace tenon::test
