// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model of files with all its values, for whoever writes it anew in another form:
///   WholeModel model("mlp.mindir", {.checkpoint = "rank_{}/mlp{}.ckpt",
///                                   .checkpoint_strategy = "strategy.ckpt"});
///   write_mindir("whole.mindir", model.network().graph, model.values());
#include <tenon/comm/alone.hpp>
#include <tenon/io/tensor_source.hpp>
#include <tenon/model/model_source.hpp>

namespace tenon {

class WholeModel {
 public:
  /// @throws Error as build_from_file on one rank.
  explicit WholeModel(const std::string& path, const BuildOptions& options = {})
      : source_(std::make_shared<detail::ModelSource>(path, ModelType::ANY, options)),
        plan_(source_->plan(network().graph, 1, nullptr)),
        parameters_(view(plan_)) {
    Alone alone;
    source_->fill(parameters_, alone);
  }

  const Imported& network() const { return source_->imported(); }
  /// Of every parameter, from where it is mapped if it can be. The model must outlive them.
  std::vector<TensorSource> values() const {
    std::vector<TensorSource> all;
    for (const ImportedParameter& one : network().parameters)
      for (const Parameters::Slice& slice : parameters_.slices())
        if (slice.name == one.tensor.name) {
          all.emplace_back(
              slice.name, slice.element, slice.distribution.shape, [&slice](const Pieces& write) {
                write({reinterpret_cast<const char*>(slice.data), std::size_t(slice.bytes(0))});
              });
          break;
        }
    return all;
  }

 private:
  std::shared_ptr<detail::ModelSource> source_;
  Plan plan_;
  Parameters parameters_;
};

}  // namespace tenon
