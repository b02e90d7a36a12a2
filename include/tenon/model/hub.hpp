// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Models by name, in a folder of this machine that TENON_HUB names:
///   FileModel lenet = hub::load("mindspore/ascend/0.7/lenet_v1_mnist", {.num_classes = 10});
/// is HUB/mindspore/ascend/0.7/lenet_v1_mnist.mindir (or .onnx), with the values of
/// HUB/.../lenet_v1_mnist.ckpt (or .safetensors) where there is one. MindSpore: mindspore_hub.load.
#include <cstdlib>
#include <filesystem>

#include <tenon/model/file_model.hpp>

namespace tenon::hub {

struct Options {
  Index num_classes = 0;  // what the last dimension of the output must be; 0: anything
  Context context{};
  BuildOptions build{};
};

struct Files {
  std::string model, checkpoint;  // the latter may be empty
};

/// @param folder of the hub; empty: what TENON_HUB says.
/// @throws Error that lists the models that are there.
inline Files find(const std::string& name, std::string folder = {}) {
  namespace fs = std::filesystem;
  if (folder.empty())
    if (const char* said = std::getenv("TENON_HUB")) folder = said;
  if (folder.empty())
    throw Error("where models are was not said: TENON_HUB names the folder of the hub");
  std::error_code ignored;
  bool leaves = name.empty() || fs::path(name).is_absolute();
  for (const fs::path& part : fs::path(name)) leaves = leaves || part == "..";
  const auto file = [&](std::string_view ending) {
    const std::string path = (fs::path(folder) / name).string().append(ending);
    return !leaves && fs::is_regular_file(path, ignored) ? path : std::string();
  };
  Files found{file(".mindir"), file(".ckpt")};
  if (found.model.empty()) found.model = file(".onnx");
  if (found.checkpoint.empty()) found.checkpoint = file(".safetensors");
  if (!found.model.empty()) return found;
  std::string legal;
  int listed = 0;
  for (fs::recursive_directory_iterator at(folder, ignored), end; at != end && !ignored;
       at.increment(ignored)) {
    const fs::path& path = at->path();
    if (path.extension() != ".mindir" && path.extension() != ".onnx") continue;
    if (++listed > 20) break;
    legal.append(legal.empty() ? "" : ", ")
        .append(fs::relative(path, folder, ignored).replace_extension().string());
  }
  throw Error(sentence("the hub ", folder, " has no model ", name,
                       legal.empty() ? "; it has none" : sentence("; legal: ", legal)));
}

/// Builds it on a model's ranks. Collective.
/// @throws Error also when the output has another number of classes than was asked for.
inline void load(FileModel& model, const std::string& name, const Options& options = {}) {
  BuildOptions build = options.build;
  Files files;
  model.communication().together([&] { files = find(name); });
  if (build.checkpoint.empty()) build.checkpoint = files.checkpoint;
  model.build_from_file(files.model, ModelType::ANY, options.context, {}, build);
  const Graph& graph = model.graph();
  const Dims& shape = graph.nodes[std::size_t(graph.output)].shape;
  const Index classes = shape.empty() ? 1 : shape.back();
  if (options.num_classes && classes != options.num_classes)
    throw Error(
        sentence(name, " tells ", classes, " classes apart, num_classes is ", options.num_classes));
}

/// On one rank.
inline FileModel load(const std::string& name, const Options& options = {}) {
  FileModel model;
  load(model, name, options);
  return model;
}

}  // namespace tenon::hub
