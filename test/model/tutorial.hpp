// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tutorial's network in files, as MindSpore wrote them.
///   build(model, mlp, of_mlp());
#include <string>

#include <tenon/model/file_model.hpp>

namespace tenon::test {

inline const std::string mlp = TENON_EXAMPLE_DATA "/mlp.mindir";
inline const std::string slices = TENON_EXAMPLE_DATA "/seed8/rank_{}/mlp{}.ckpt";
inline const std::string strategy = TENON_EXAMPLE_DATA "/seed8/strategy.ckpt";

inline BuildOptions of_mlp() { return {.checkpoint = slices, .checkpoint_strategy = strategy}; }

inline void build(FileModel& model, const std::string& path, const BuildOptions& options = {}) {
  model.build_from_file(path, ModelType::ANY, {}, {}, options);
}

}  // namespace tenon::test
