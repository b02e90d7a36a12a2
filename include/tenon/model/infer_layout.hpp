// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore's layouts and strategy file of a network in C++, before anything runs:
///   infer_predict_layout<Network, Input<32, 28, 28>>(8)
///   write_strategy("strategy.ckpt", strategy_file<Network, Input<32, 28, 28>>(8));
///   write_strategy("strategy.ckpt", strategy_file(network_record(model)));
/// MindSpore: Model.infer_predict_layout, Model.infer_train_layout, save_param_strategy_file.
#include <tenon/io/network_strategy.hpp>
#include <tenon/io/parameter_layout_json.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/model/program.hpp>

namespace tenon {

template <class Network, class Input, class Devices>
class Model;

namespace detail {

template <class Network, class... Parts>
struct Recorded {
  static constexpr NetworkRecord on(Index devices) {
    const Interface all = interface_of<Parts...>(devices);
    return network_record(trace(instantiate<Network>(devices), all.inputs), devices,
                          all.options.inputs);
  }
};
template <class Network, class... Parts>
struct Recorded<Network, Inputs<Parts...>> : Recorded<Network, Parts...> {};

}  // namespace detail

/// @param Parts the inputs, as plan_of or Model takes them. Operators without a strategy follow the
/// batch.
/// @throws Error as network_record of a graph.
template <class Network, class... Parts>
constexpr NetworkRecord network_record(Index devices) {
  return detail::Recorded<Network, Parts...>::on(devices);
}
/// Of as many devices as the model has ranks. These are MindSpore's layouts: the model may place
/// its parameters otherwise.
template <class Network, class Input, class Devices>
NetworkRecord network_record(const Model<Network, Input, Devices>& model) {
  return detail::Recorded<Network, Input>::on(model.plan().devices);
}

/// @throws Error as network_record, and as infer_predict_layout of a record.
template <class Network, class... Parts>
ParameterLayouts infer_predict_layout(Index devices,
                                      const std::vector<std::string>& inputs = {"x"}) {
  return infer_predict_layout(network_record<Network, Parts...>(devices), inputs);
}
/// @throws Error as infer_predict_layout.
template <class Network, class... Parts>
ParameterLayouts infer_train_layout(Index devices,
                                    const std::vector<std::string>& states = {"moments"},
                                    const std::vector<std::string>& inputs = {"x"}) {
  return infer_train_layout(network_record<Network, Parts...>(devices), states, inputs);
}
/// @throws Error as network_record, and as strategy_file of a record.
template <class Network, class... Parts>
StrategyFile strategy_file(Index devices) {
  return strategy_file(network_record<Network, Parts...>(devices));
}

}  // namespace tenon
