// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a network's inputs and parameters lie, as MindSpore tells its user before anything runs:
///   infer_predict_layout(network_record(graph, 8))[1]
///   is {"layer1.weight", [2,2,2], [-1,1], slice [784,256] of [784,512]}
/// MindSpore: Model.infer_predict_layout, Model.infer_train_layout, Cell.parameter_layout_dict.
#include <algorithm>
#include <functional>
#include <vector>

#include <tenon/plan/network_record.hpp>

namespace tenon {

struct NamedLayout {
  std::string name;
  ParameterLayout layout;
};
using ParameterLayouts = std::vector<NamedLayout>;  // each name once

/// What MindSpore exports of a layout. Where a dimension is not cut into equal blocks, which
/// MindSpore refuses, uniform_split is false and slice_shape that of the largest block.
/// @pre !examine(layout)
inline ParameterLayout exported_layout(const LayoutRecord& layout) {
  ParameterLayout exported = parameter_layout(layout);
  const Distribution slices = lower(layout);
  exported.uniform_split = slices.divides_evenly();
  exported.slice_shape = {};
  for (Index size : slices.largest_block()) exported.slice_shape.push_back(size);
  return exported;
}

/// The network's record with the state that an optimizer keeps of each parameter that `trains` is
/// true of: behind the network's parameters, for each state all of them, as
/// "moments.layer1.weight". A state lies as its parameter does. MindSpore: the names are those of
/// its optimizers (Momentum: moments; Adam: moment1, moment2); optimizer shards
/// (enable_parallel_optimizer) are not said here.
inline NetworkRecord with_optimizer_state(
    NetworkRecord record, const std::vector<std::string>& states = {"moments"},
    const std::function<bool(std::string_view)>& trains = [](std::string_view) { return true; }) {
  const List<TensorRecord> parameters = record.parameters;
  for (const std::string& state : states)
    for (const TensorRecord& parameter : parameters)
      if (trains(record.names[parameter.name]))
        record.parameters.push_back(
            {record.names.add(state, record.names[parameter.name]), parameter.layout});
  return record;
}

/// The inputs, then the parameters in the network's order.
/// @param inputs their names, in the order of construct's arguments: MindSpore names them so, a
/// network in C++ does not know them.
/// @throws Error when there are more or fewer inputs than names, or two tensors have one name.
inline ParameterLayouts infer_predict_layout(const NetworkRecord& record,
                                             const std::vector<std::string>& inputs = {"x"}) {
  if (inputs.size() != record.inputs.size())
    throw Error(std::string("the layouts of ")
                    .append(std::to_string(record.inputs.size()))
                    .append(" inputs are to be inferred, but names are given for ")
                    .append(std::to_string(inputs.size()))
                    .append("; legal: one name for each"));
  ParameterLayouts layouts;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    layouts.push_back({inputs[i], exported_layout(record.inputs[i].layout)});
  for (const TensorRecord& parameter : record.parameters)
    layouts.push_back(
        {std::string(record.names[parameter.name]), exported_layout(parameter.layout)});
  std::vector<std::string_view> names;
  for (const NamedLayout& named : layouts) names.push_back(named.name);
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    throw Error(std::string("two tensors are named ")
                    .append(*twice)
                    .append("; legal: each input and parameter its own name"));
  return layouts;
}

/// Those of infer_predict_layout, and the optimizer's state: all that differs between the two, as
/// far as a network without its loss says. What a training cell adds of its own (labels, learning
/// rate, global step) is not a network's, and left out.
/// @throws Error as infer_predict_layout.
inline ParameterLayouts infer_train_layout(const NetworkRecord& record,
                                           const std::vector<std::string>& states = {"moments"},
                                           const std::vector<std::string>& inputs = {"x"}) {
  return infer_predict_layout(with_optimizer_state(record, states), inputs);
}

}  // namespace tenon
