// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How parameters are saved:
///   save_checkpoint(model, "x{}.ckpt", {.integrated_save = false, .strategy = "strategy.ckpt"});
#include <string>
#include <vector>

#include <tenon/io/tensor_source.hpp>

namespace tenon {

struct SaveOptions {
  bool integrated_save = true;  // one file of whole parameters, which rank 0 writes
  /// Of slices: the strategy file that says how they are cut. Of a pipeline one merged file of all
  /// stages; with {} one for each, under the number of its first rank, as MindSpore has them.
  std::string strategy = {};
  bool checksum = false;        // of a .ckpt: MindSpore's crc_check
  std::vector<TensorSource> appended =
      {};  // MindSpore's append_dict: appended_value("epoch_num", 7)
};

}  // namespace tenon
