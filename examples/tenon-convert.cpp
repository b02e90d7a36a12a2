// SPDX-License-Identifier: Apache-2.0
// Writes a model file in another form: as a C++ network and its weights, or as MindIR of one shape.
//   tenon-convert mlp.onnx --header net.hpp --weights net.safetensors
//   tenon-convert mlp.onnx --out mlp.mindir --input-shape "image:32,28,28"
#include <CLI/CLI.hpp>
#include <iostream>

#include <tenon/io/input_files.hpp>
#include <tenon/io/model_file/cpp_network.hpp>
#include <tenon/io/model_file/write_mindir.hpp>
#include <tenon/io/write_safetensors.hpp>
#include <tenon/model/input_shapes.hpp>
#include <tenon/model/whole_model.hpp>

using namespace tenon;

struct ConvertOptions {
  std::string path, header, weights, out, shapes, name = "Network";
  BuildOptions build;
};

static void describe(CLI::App& app, ConvertOptions& o) {
  app.add_option("model", o.path, "a MindIR or ONNX file")->required();
  app.add_option("--header", o.header, "net.hpp: the network in C++");
  app.add_option("--weights", o.weights, "net.safetensors: the values of its parameters");
  app.add_option("--out", o.out, "net.mindir: a MindIR file of the network and its values");
  app.add_option("--input-shape", o.shapes,
                 "other shapes than the file's for inputs: \"image:1,28,28;mask:1\"");
  app.add_option("--only-output", o.build.output, "the one output that is wanted [all]");
  app.add_option("--checkpoint", o.build.checkpoint,
                 "values of parameters: one whole file, or 'DIR/rank_{}/x{}.ckpt'");
  app.add_option("--checkpoint-strategy", o.build.checkpoint_strategy,
                 "MindSpore's strategy file: how these files are cut");
  app.add_option("--name", o.name, "of the C++ struct")->capture_default_str();
  app.footer(
      "Examples:\n  tenon-convert mlp.onnx --header net.hpp --weights net.safetensors\n"
      "  tenon-convert unet.mindir --out unet_b1.mindir --input-shape "
      "\"sample:1,4,64,64;timestep:1\"");
}

static void convert(ConvertOptions o) {
  if (o.header.empty() && o.weights.empty() && o.out.empty())
    throw Error("nothing is to be written: say --header and --weights, or --out");
  InputFiles inputs;
  for (const std::string& path : {o.path, o.build.checkpoint, o.build.checkpoint_strategy})
    inputs.add(path);
  for (const std::string& path : {o.header, o.weights, o.out}) inputs.check_apart(path);
  if (!o.shapes.empty()) o.build.shapes = parse_input_shapes(o.shapes);
  const WholeModel model(o.path, o.build);
  const Imported& net = model.network();
  std::string header;
  if (!o.header.empty()) try {
      header = cpp_network(net.graph, {o.path, o.name, o.weights, net.inputs});
    } catch (const Error& error) {
      throw Error(sentence(o.path, ": ", std::string_view(error.what()).substr(7)));
    }
  if (!o.weights.empty())
    write_safetensors(o.weights, model.values(), {.metadata = {{"format", "ms"}}, .mode = 0666});
  if (!o.out.empty()) write_mindir(o.out, net.graph, model.values(), {net.inputs, net.outputs, {}});
  if (!o.header.empty()) write_file(o.header, {header});
}

int main(int argc, char** argv) {
  ConvertOptions options;
  CLI::App app{"Writes a MindIR or ONNX model as a C++ network, or as MindIR of other shapes"};
  describe(app, options);
  try {
    app.parse(argc, argv);
    convert(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) ? 2 : 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
