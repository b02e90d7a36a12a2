// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/file_model.hpp declares.
#include <tenon/comm/alone.hpp>
#include <tenon/model/built_model.hpp>
#include <tenon/model/rank_program.hpp>
#include <tenon/model/staged_file.hpp>

namespace tenon {

struct Model<FromFile>::Built {
  std::unique_ptr<Backend> backend;
  std::unique_ptr<detail::AnyModel> model;
};

TENON_DECL Model<FromFile>::Model() : communication_(std::make_unique<Alone>()) {}
TENON_DECL Model<FromFile>::Model(std::unique_ptr<Communication> communication)
    : communication_(std::move(communication)) {}
TENON_DECL Model<FromFile>::~Model() = default;
TENON_DECL Model<FromFile>::Model(Model&&) noexcept = default;
TENON_DECL Model<FromFile>& Model<FromFile>::operator=(Model&&) noexcept = default;

TENON_DECL void Model<FromFile>::build_from_file(const std::string& path, ModelType type,
                                                 const Context& context,
                                                 const std::string& config_file,
                                                 const BuildOptions& options) {
  std::unique_ptr<Backend> backend;
  communication_->together([&] {
    const Context asked =
        config_file.empty() ? context : context_from(read_config_file(config_file), context);
    backend = backend_of(checked(context_of(*communication_, asked)));
  });
  build_from_file(path, type, std::move(backend), options);
}

TENON_DECL void Model<FromFile>::build_from_file(const std::string& path, ModelType type,
                                                 std::unique_ptr<Backend> backend,
                                                 const BuildOptions& options) {
  const detail::BuiltModel* lender = nullptr;
  std::optional<ModelFile> part;  // this rank's, of a network that was cut elsewhere
  bool exported = false;  // by export_model
  bool staged = false;
  communication_->together([&] {
    exported = has_number(path) && detail::is_exported(path, communication_->rank());
    staged = !has_number(path) && detail::says_stages(options.strategy);
  });
  if (!communication_->agree(staged))
    throw Error(sentence(options.strategy, ": some ranks see pipeline stages, others do not"));
  if (!communication_->agree(exported))
    throw Error(sentence(path, ": some of the files are of an export of Tenon, others are not"));
  communication_->together([&] {
    if (has_number(path) && !exported)
      part = detail::rank_file(path, type, *communication_, options);
    if (!options.weights_of) return;
    if (!options.weights_of->built_)
      throw Error("a model is to use the weights of one that was not built");
    lender = dynamic_cast<const detail::BuiltModel*>(options.weights_of->built_->model.get());
    if (!lender || options.weights_of->communication_->size() != communication_->size())
      throw Error("a model is to use the weights of one on other ranks, or cut elsewhere");
  });
  auto built = std::make_unique<Built>();
  built->backend = std::move(backend);
  if (part)
    built->model = std::make_unique<detail::RankProgram>(std::move(*part), *built->backend,
                                                         *communication_, options);
  else if (staged)
    built->model = std::make_unique<detail::StagedFile>(path, type, *built->backend,
                                                        *communication_, options);
  else
    built->model = std::make_unique<detail::BuiltModel>(path, type, *built->backend,
                                                        *communication_, options, lender);
  built_ = std::move(built);
}

namespace detail {

inline auto& built(const auto& model) {
  if (!model) throw Error("no model was built: call build_from_file first");
  return *model;
}

}  // namespace detail

TENON_DECL std::vector<ModelTensor> Model<FromFile>::get_inputs() const {
  return detail::built(built_).model->inputs();
}
TENON_DECL std::vector<ModelTensor> Model<FromFile>::predict(std::span<const ModelTensor> inputs) {
  return detail::built(built_).model->predict(inputs);
}
TENON_DECL const PlanView& Model<FromFile>::plan() const {
  return detail::built(built_).model->plan();
}
TENON_DECL const Graph& Model<FromFile>::graph() const {
  return detail::built(built_).model->graph();
}
TENON_DECL NamedNetwork Model<FromFile>::network() const {
  return detail::built(built_).model->network();
}
TENON_DECL Parameters& Model<FromFile>::parameters() {
  return detail::built(built_).model->parameters();
}
TENON_DECL Communication& Model<FromFile>::communication() { return *communication_; }
TENON_DECL const Backend& Model<FromFile>::backend() const {
  return *detail::built(built_).backend;
}

}  // namespace tenon
