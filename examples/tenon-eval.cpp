// SPDX-License-Identifier: Apache-2.0
// Evaluates a model file on images and labels in IDX files:
//   mpirun -n 8 tenon-eval mlp.mindir --images t10k-images-idx3-ubyte.gz --labels t10k-labels...
#include <charconv>

#include <tenon/model/evaluate.hpp>
#include <tenon/model/image_dataset.hpp>

#include "model/inputs.hpp"
#include "model/launch.hpp"
#include "support/progress.hpp"

using namespace tenon;
using namespace tenon::program;

struct EvalOptions : ModelOptions {
  std::string images = TENON_EXAMPLE_DATA "/t10k-images-idx3-ubyte.gz",
              labels = TENON_EXAMPLE_DATA "/t10k-labels-idx1-ubyte.gz";
  Index batch = 32, pad = 0;
};

static void describe(CLI::App& app, EvalOptions& o) {
  describe(app, static_cast<ModelOptions&>(o));
  app.add_option("--images", o.images, "IDX, or IDX in gzip")->capture_default_str();
  app.add_option("--labels", o.labels, "theirs")->capture_default_str();
  app.add_option("--pad", o.pad, "rows and columns of zeros around each image")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
  app.add_option("--batch", o.batch, "images at once")
      ->check(CLI::Range(Index(1), Index(1) << 31))
      ->capture_default_str();
}

/// As Python writes it: the fewest digits that are this number.
static std::string python(double value) {
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string text(digits, end);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

static void run(FileModel& model, bool first, EvalOptions o) {
  std::optional<ImageDataset> images;
  model.communication().together([&] { images.emplace(o.images, o.labels, o.pad); });
  build(model, o);
  if (first) std::cout << "============== Starting Testing ==============" << std::endl;
  Progress progress("images", images->size(), first);
  const auto [right, loss] = evaluate(
      model, *images, {.batch = o.batch, .progress = [&](Index done) { progress.at(done); }},
      Accuracy{}, Loss{});
  if (first)
    std::cout << "============== {'Accuracy': " << python(right.value())
              << "} ==============\nloss: " << std::setprecision(6) << loss.value() << " ("
              << right.right() << " of " << right.count() << " images are right)" << std::endl;
}

int main(int argc, char** argv) {
  EvalOptions options;
  CLI::App app{"Evaluates a MindIR or ONNX model on images, cut over the ranks"};
  describe(app, options);
  return launch(argc, argv, app, options,
                [&](FileModel& model, bool first) { run(model, first, options); });
}
