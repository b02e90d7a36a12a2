// SPDX-License-Identifier: Apache-2.0
// A model of 256 MiB takes each of four ranks the memory of its own slices, and little else.
#include <fstream>

#include <tenon/comm/mpi.hpp>
#include <tenon/model/file_model.hpp>

#include "../io/model_file/onnx_writer.hpp"
#include "checkpoints.hpp"
#include "mpi.hpp"
#include "process_memory.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr Index mebi = 1 << 20, width = 4096, layers = 4, bytes_of_one = width * width * 4;

/// Products whose weights lie in a file of zeros beside the model, but for the first of each row.
void make_model(const std::string& path, const std::string& weights) {
  OnnxWriter w;
  w.input("x", {1, width});
  const std::string name = std::filesystem::path(weights).filename();
  std::ofstream file(weights, std::ios::binary);
  for (Index i = 0; i < layers; ++i) {
    const std::string number = std::to_string(i);
    const auto entry = [](const std::string& key, const std::string& value) {
      return message(
          [&](protozero::pbf_writer& e) { e.add_string(1, key), e.add_string(2, value); });
    };
    w.initializer(tensor("w" + number, 1, {width, width}, [&](protozero::pbf_writer& t) {
      t.add_message(13, entry("location", name));
      t.add_message(13, entry("offset", std::to_string(i * bytes_of_one)));
      t.add_message(13, entry("length", std::to_string(bytes_of_one)));
      t.add_int32(14, 1);
    }));
    w.node("MatMul", {i ? "h" + number : "x", "w" + number}, {"h" + std::to_string(i + 1)});
    const float two = 2;
    for (Index row = 0; row < width; ++row) {
      file.seekp(i * bytes_of_one + row * (width + 1) * 4);  // the diagonal
      file.write(reinterpret_cast<const char*>(&two), 4);
    }
  }
  w.output("h" + std::to_string(layers));
  file.close();
  std::filesystem::resize_file(weights, std::uintmax_t(layers * bytes_of_one));
  std::ofstream(path, std::ios::binary) << w.file();
}

}  // namespace

MPI_TEST_CASE("a model takes each rank the memory of its slices", 4) {
  const Checkpoints files(world);
  const std::string path = files / "large.onnx";
  if (world.rank() == 0) make_model(path, files / "large.bin");
  world.barrier();
  std::ofstream("/proc/self/clear_refs") << 5 << std::flush;
  const Index before = process_memory("VmRSS:");
  const bool knows_peak = process_memory("VmHWM:") > 0 && process_memory("VmHWM:") < before + mebi;
  FileModel model(world);
  BuildOptions options;
  options.cut_weights = true;
  options.way = LoadWay::read;
  model.build_from_file(path, ModelType::ONNX, {}, {}, options);
  const Index slices = layers * bytes_of_one / world.size();
  if (knows_peak) CHECK(process_memory("VmHWM:") - before <= slices + 64 * mebi);
  const std::vector<float> x(width, 1.f);
  std::vector<ModelTensor> inputs = model.get_inputs();
  inputs[0].set_data(x);
  for (float y : model.predict(inputs)[0].data<float>()) CHECK(y == 16);
}
