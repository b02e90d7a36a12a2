// SPDX-License-Identifier: Apache-2.0
// mpirun -n 8 build/examples/mnist: MindSpore's model-loading tutorial on the 10 000 MNIST test
// images, from the slices that MindSpore itself wrote.
#include <chrono>
#include <filesystem>
#include <iostream>

#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/io/idx.hpp>
#include <tenon/io/npy.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/model.hpp>
#include <tenon/plan/text.hpp>
#include <tenon/run/core_advice.hpp>

#include "network.hpp"
#include "support/backend_options.hpp"
#include "support/parse.hpp"
#include "support/progress.hpp"

using namespace tenon;

// The plan is a constant, and so are its limits: another cut that costs more does not compile.
static_assert(plan_of<Network, Devices<8>, Input<32, 28, 28>>.collectives() <= 3);
static_assert(plan_of<Network, Devices<8>, Input<32, 28, 28>>.bytes_received() <= 18304);

using Classifier = Model<Network, Input<32, 28, 28>, AnyOf<1, 2, 3, 4, 6, 8>>;

struct Options {
  std::string checkpoint, strategy;
  std::string images = TENON_EXAMPLE_DATA "/t10k-images-idx3-ubyte.gz",
              labels = TENON_EXAMPLE_DATA "/t10k-labels-idx1-ubyte.gz";
  std::string output;
  Index batch = 32;
  program::BackendOptions backend;
};

static CLI::App& describe(CLI::App& app, Options& o) {
  const auto named = [](const std::string& name) { return name.empty() ? "is empty" : ""; };
  app.add_option("--checkpoint", o.checkpoint,
                 "checkpoint: 'DIR/rank_{}/x{}.ckpt', or one whole file [MindSpore's eight slices]")
      ->check(named);
  app.add_option("--strategy", o.strategy,
                 "strategy file that says how the checkpoint's files are cut")
      ->check(named);
  app.add_option("--images", o.images, "MNIST images, IDX or IDX in gzip")->capture_default_str();
  app.add_option("--labels", o.labels, "their labels")->capture_default_str();
  app.add_option("--batch", o.batch, "images at once; any number")
      ->check(CLI::Range(Index(1), Index(1) << 31))
      ->capture_default_str();
  program::describe(app, o.backend);
  app.add_option("--output", o.output, "file for all logits, .npy");
  return app;
}

static void run(const boost::mpi::communicator& world, Options o) {
  const bool first = world.rank() == 0;
  Classifier model = program::with_backend(
      o.backend, [&](auto backend) { return Classifier(world, std::move(backend)); });
  if (o.checkpoint.empty()) {
    if (!o.strategy.empty())
      throw Error("--strategy says how the files of --checkpoint are cut: give both");
    o.checkpoint = TENON_EXAMPLE_DATA "/seed8/rank_{}/mlp{}.ckpt";
    o.strategy = TENON_EXAMPLE_DATA "/seed8/strategy.ckpt";
  }
  if (first) {
    std::cout << "Network on " << world.size() << (world.size() > 1 ? " ranks" : " rank")
              << ", backend " << o.backend.name
              << " (notation: [32/2, 784] is 32 rows in 2 blocks)\n";
    for (const Step& step : model.plan().steps)
      std::cout << "  " << text(model.plan(), step) << "\n";
    std::cout << std::flush;
  }
  const std::string advice = core_advice(model.communication(), model.backend());
  if (first && !advice.empty()) std::cout << "note: " << advice << std::endl;
  model.load(o.checkpoint, o.strategy);

  model.communication().together([&] {  // said before the work, not behind it
    const auto folder = std::filesystem::path(o.output).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder))
      throw Error(std::string("cannot write ")
                      .append(o.output)
                      .append(": there is no folder ")
                      .append(folder));
  });

  IdxImages images;
  std::vector<unsigned char> labels;
  model.communication().together([&] {
    images = read_idx_images(o.images);
    labels = read_idx_labels(o.labels);
    if (images.rows != 28 || images.columns != 28)
      throw Error(o.images + " has images of " + std::to_string(images.rows) + " x " +
                  std::to_string(images.columns) + ", the network takes 28 x 28");
    if (images.count == 0 || Index(labels.size()) != images.count)
      throw Error(o.images + " has " + std::to_string(images.count) + " images, " + o.labels +
                  " has " + std::to_string(labels.size()) + " labels");
  });

  std::vector<float> x, logits;
  Index correct = 0;
  double seconds = 0;
  Progress progress("images", images.count, first);
  for (Index at = 0; at < images.count; at += o.batch) {
    const Index rows = std::min(o.batch, images.count - at);
    x.clear();
    for (Index i = at * 784; i < (at + rows) * 784; ++i)
      x.push_back(float(images.pixels[std::size_t(i)]) / 255.f);
    const auto start = std::chrono::steady_clock::now();
    const std::span<const float> y = model.predict(x);  // [rows, 10], on every rank
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (Index i = 0; i < rows; ++i) {
      const auto row = y.subspan(std::size_t(i * 10), 10);
      correct +=
          std::max_element(row.begin(), row.end()) - row.begin() == labels[std::size_t(at + i)];
    }
    if (!o.output.empty()) logits.insert(logits.end(), y.begin(), y.end());
    progress.at(at + rows);
  }
  model.communication().together([&] {
    if (first && !o.output.empty()) write_npy(o.output, logits, {images.count, 10});
  });
  if (first) program::print_rounding(std::cout, model.backend());
  if (first)
    std::printf("%.0f images per second (batch %lld)\nAccuracy: %.4f (%lld of %lld)\n",
                double(images.count) / seconds, static_cast<long long>(o.batch),
                double(correct) / double(images.count), static_cast<long long>(correct),
                static_cast<long long>(images.count));
}

int main(int argc, char** argv) {
  boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  Options options;
  CLI::App app{"MindSpore's model-loading network on MNIST, cut over the ranks of mpirun"};
  const program::CommandLine line(describe(app, options), argc, argv);
  if (const auto status = program::ended_by(line, world)) return *status;
  return run_together(world, std::cerr, [&] { run(world, options); });
}
