// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What infer_predict_layout returns, for a program in Python: json.load of the file is the
/// dictionary that load_distributed_checkpoint(predict_strategy=...) takes.
///   {"x": [[8],[-1,-1],[32,784],0,true,"",[32,784],[32,784],false,false,0,0],
///    "layer1.weight": [[2,2,2],[-1,1],[784,256],0,true,"",[784,512],[784,256],false,false,0,0]}
/// MindSpore: get_parallel_info.cc, _check_predict_strategy.
#include <nlohmann/json.hpp>

#include <tenon/io/atomic_write.hpp>
#include <tenon/plan/parameter_layouts.hpp>

namespace tenon {

/// Each tensor a line, in order: device matrix, tensor map, slice shape, field size, uniform split,
/// group of the optimizer's shards, full shape, and, of one stage always the same, the slice's
/// shape after those shards, whether it is shared by stages, whether it is sent, to whom, under
/// which tag.
/// @throws Error when a name is no UTF-8.
inline std::string parameter_layout_json(const ParameterLayouts& layouts) {
  using json = nlohmann::json;
  const auto list = [](const List<Index>& numbers) {
    return json(std::vector<Index>(numbers.begin(), numbers.end()));
  };
  std::string text;
  try {
    for (const NamedLayout& named : layouts) {
      const ParameterLayout& p = named.layout;
      const json tuple = {list(p.device_matrix),
                          list(p.tensor_map),
                          list(p.slice_shape),
                          p.field_size,
                          p.uniform_split,
                          p.opt_shard_group,
                          list(p.full_shape),
                          list(p.slice_shape),
                          false,
                          false,
                          0,
                          0};
      text.append(text.empty() ? "{" : ",\n ")
          .append(json(named.name).dump())
          .append(": ")
          .append(tuple.dump());
    }
  } catch (const json::exception&) {
    throw Error("layouts cannot be written as JSON: a name is no UTF-8");
  }
  return text.append(text.empty() ? "{}\n" : "}\n");
}

/// Replaces `path` by the layouts. @throws Error as parameter_layout_json, or when the disk is
/// full; `path` is then as before.
inline void write_parameter_layouts(const std::string& path, const ParameterLayouts& layouts) {
  write_file(path, {parameter_layout_json(layouts)});
}

}  // namespace tenon
