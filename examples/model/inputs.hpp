// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A program's inputs out of .npy files, and its outputs into such:
///   inputs_of(model.get_inputs(), {"image=x.npy"}, 0);  write(outputs,
///   destinations_of({"y.npy"}));
#include <cstring>
#include <filesystem>

#include <tenon/core/visit_element.hpp>
#include <tenon/io/npy.hpp>

#include "options.hpp"

namespace tenon::program {

/// The model with what the user said of it. Collective.
inline void build(FileModel& model, ModelOptions o) {
  std::unique_ptr<Backend> backend;
  model.communication().together([&] {
    if (!o.config.empty())
      checked(context_of(model.communication(), context_from(read_config_file(o.config))));
    backend = backend_of(o.backend);
    if (o.devices && o.devices != model.communication().size())
      throw Error(sentence("--devices ", o.devices, ", but there are ",
                           model.communication().size(), " ranks; legal: mpirun -n ", o.devices));
    if (o.devices && !o.build.strategy.empty())
      throw Error("--devices stands instead of --strategy: give one of them");
    o.build.auto_parallel = auto_parallel(o.search);
    o.build.cut_weights = o.build.cut_weights || (o.devices > 1 && !o.build.auto_parallel);
    if (o.build.cut_weights && o.build.auto_parallel)
      throw Error("--auto stands instead of --cut-weights: give one of them");
    if (!o.shapes.empty()) o.build.shapes = parse_input_shapes(o.shapes);
    o.build.pipeline_stages = layer_stages(o.stages);
  });
  model.build_from_file(o.path, ModelType::ANY, std::move(backend), o.build);
}

struct Destination {
  std::string name, path;  // name: empty of one that takes the next output
};

/// "NAME=FILE" or "FILE".
inline Destination destination_of(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return {"", word};
  return {word.substr(0, equals), word.substr(equals + 1)};
}
inline std::vector<Destination> destinations_of(const std::vector<std::string>& words) {
  std::vector<Destination> all;
  for (const std::string& word : words) all.push_back(destination_of(word));
  return all;
}

/// Ones, of so many rows if `rows` is not 0.
inline ModelTensor ones(const ModelTensor& like, Index rows) {
  Dims shape = like.shape();
  if (rows && !shape.empty()) shape[0] = rows;
  Array array{like.element(), shape,
              std::vector<char>(std::size_t(product(shape)) * std::size_t(bytes(like.element())))};
  visit_element(like.element(), [&]<class T>(T) {
    const T one(1);
    for (std::size_t i = 0; i < array.data.size(); i += sizeof(T))
      std::memcpy(array.data.data() + i, &one, sizeof(T));
  });
  return {like.name(), std::move(array)};
}

/// @throws Error when a file cannot be read, or there are more than inputs.
inline std::vector<ModelTensor> inputs_of(std::vector<ModelTensor> inputs,
                                          const std::vector<std::string>& files, Index rows) {
  if (files.size() > inputs.size())
    throw Error(sentence("--input is given ", files.size(),
                         " times, the model has inputs: ", inputs.size()));
  if (!files.empty() && rows) throw Error("--batch is of inputs of ones; those given have theirs");
  std::vector<bool> given(inputs.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Destination from = destination_of(files[i]);
    std::size_t at = i;
    if (!from.name.empty())
      for (at = 0; at < inputs.size() && inputs[at].name() != from.name;) ++at;
    if (at == inputs.size()) throw Error(sentence("the model has no input ", from.name));
    if (given[at]) throw Error(sentence("the input ", inputs[at].name(), " was given twice"));
    given[at] = true;
    Array values = read_npy(from.path);
    if (values.element != inputs[at].element())
      throw Error(sentence(from.path, " is of ", text(values.element), ", the input ",
                           inputs[at].name(), " is of ", text(inputs[at].element())));
    inputs[at] = ModelTensor(inputs[at].name(), std::move(values));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!given[i]) inputs[i] = ones(inputs[i], rows);
  return inputs;
}

/// Said before the work, not behind it. @throws Error when there is no folder for the file.
inline void check_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    throw Error(sentence("cannot write ", path, ": there is no folder ", folder.string()));
}

inline void write(const std::vector<ModelTensor>& outputs,
                  const std::vector<Destination>& destinations) {
  if (destinations.size() > outputs.size())
    throw Error(sentence(destinations.size(), " files are named for ", outputs.size(), " outputs"));
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    std::size_t at = i;
    if (!destinations[i].name.empty())
      for (at = 0; at < outputs.size() && outputs[at].name() != destinations[i].name;) ++at;
    if (at == outputs.size())
      throw Error(sentence("the model has no output ", destinations[i].name));
    const ModelTensor& y = outputs[at];
    const std::span<const char> data(static_cast<const char*>(y.data()),
                                     std::size_t(y.data_size()));
    write_file(destinations[i].path, {npy_header(y.element(), y.shape()), data});
  }
}

}  // namespace tenon::program
