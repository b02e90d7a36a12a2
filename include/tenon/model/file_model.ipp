// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/file_model.hpp declares.
#include <tenon/comm/alone.hpp>
#include <tenon/model/built_model.hpp>
#include <tenon/model/exported_source.hpp>
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
  const detail::AnyModel* lender = nullptr;
  std::optional<ModelFile> part;  // this rank's, of a network that was cut elsewhere
  std::shared_ptr<detail::ModelSource> source;
  bool exported = false;  // by export_model
  communication_->together([&] {
    exported = has_number(path) && detail::is_exported(path, communication_->rank());
  });
  if (!communication_->agree(exported))
    throw Error(sentence(path, ": some of the files are of an export of Tenon, others are not"));
  communication_->together([&] {
    if (has_number(path) && !exported)
      part = detail::rank_file(path, type, *communication_, options);
    else
      source = detail::source_of(path, type, options, communication_->rank(),
                                 communication_->size());
    if (!options.weights_of) return;
    if (!options.weights_of->built_)
      throw Error("a model is to use the weights of one that was not built");
    lender = options.weights_of->built_->model.get();
    if (!source || options.weights_of->communication_->size() != communication_->size())
      throw Error("a model is to use the weights of one on other ranks, or cut elsewhere");
  });
  const bool staged = source && source->has_stages();
  if (!communication_->agree(staged))
    throw Error(sentence(path, ": some ranks see pipeline stages, others do not"));
  auto built = std::make_unique<Built>();
  built->backend = std::move(backend);
  const auto make = [&]<class Made>(std::type_identity<Made>) {
    const auto* lent = dynamic_cast<const Made*>(lender);
    if (lender && !lent)
      throw Error(
          "a model is to use the weights of one that was cut elsewhere, or of which one is a "
          "pipeline and the other is not");
    built->model = std::make_unique<Made>(std::move(source), *built->backend, *communication_,
                                          options, lent);
  };
  if (part)
    built->model = std::make_unique<detail::RankProgram>(std::move(*part), *built->backend,
                                                         *communication_, options);
  else if (staged) make(std::type_identity<detail::StagedFile>());
  else make(std::type_identity<detail::BuiltModel>());
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
TENON_DECL Index Model<FromFile>::stages() const { return detail::built(built_).model->stages(); }
TENON_DECL const Pipeline& Model<FromFile>::pipeline() const {
  return detail::built(built_).model->pipeline();
}
TENON_DECL Parameters& Model<FromFile>::parameters() {
  return detail::built(built_).model->parameters();
}
TENON_DECL Communication& Model<FromFile>::communication() { return *communication_; }
TENON_DECL const Backend& Model<FromFile>::backend() const {
  return *detail::built(built_).backend;
}

}  // namespace tenon
