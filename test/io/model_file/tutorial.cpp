// SPDX-License-Identifier: Apache-2.0
// The tutorial's network with its trained weights, as an ONNX file such as MindSpore's of batch 1.
#include <tenon/io/pattern.hpp>
#include <tenon/io/rank_contents.hpp>
#include <tenon/io/strategy.hpp>

#include "../../model/mnist.hpp"
#include "imported_answers.hpp"
#include "onnx_writer.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("the tutorial's network from an ONNX file has MindSpore's logits, for any batch") {
  const std::string files = std::string(TENON_EXAMPLE_DATA).append("/seed8/");
  const ShardedTensors slices(files_of(files + "rank_{}/mlp{}.ckpt", 8),
                              StrategyPlaces(read_strategy(files + "strategy.ckpt")));
  const StrategyPlaces alone;
  OnnxWriter w;
  w.opset = 11;
  w.input("x", {1, 28, 28});
  w.node("Flatten", {"x"}, {"0"});
  std::string x = "0";
  for (std::string layer : {"layer1", "layer2", "layer3"}) {
    w.node("Gemm", {x, layer + ".weight"}, {layer + "_m"});
    w.node("Add", {layer + "_m", layer + ".bias"}, {layer});
    if (layer != "layer3") w.node("Relu", {layer}, {layer + "_r"});
    x = layer + "_r";
  }
  w.output("layer3");
  for (const TensorSource& source : RankContents(slices, alone).of(0)) {
    std::string bytes;
    source.produce([&](std::span<const char> piece) { bytes.append(piece.data(), piece.size()); });
    const std::vector<Index> dims(source.shape.begin(), source.shape.end());
    w.initializer(tensor(source.name, 1, dims, raw(bytes)));
  }
  const Folder folder;
  const ModelFile file = read_onnx(folder.write("mlp.onnx", w.file()));
  const Mnist mnist;
  for (Index count : {1, 5}) {
    Whole images({count, 28, 28});
    std::ranges::copy(mnist.rows(7, count), images.as<float>().begin());
    const Imported net = import_model(file, {{images.shape}, {}, false});
    const Whole logits = answer(net, {images});
    CHECK(logits.shape == Dims{count, 10});
    CHECK(mnist.are_right(logits.as<float>(), 7, count));
    CHECK(net.parameters.size() == 6);
  }
}
