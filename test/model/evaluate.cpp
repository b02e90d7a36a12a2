// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/evaluate.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/io/atomic_write.hpp>
#include <tenon/model/hub.hpp>
#include <tenon/model/image_dataset.hpp>

#include "../io/files.hpp"
#include "../support/error_of.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::string images = TENON_EXAMPLE_DATA "/t10k-images-idx3-ubyte.gz";
const std::string labels = TENON_EXAMPLE_DATA "/t10k-labels-idx1-ubyte.gz";

/// Rows whose values are their number, with the label number % 3.
struct Numbers {
  Index count, width;
  Index size() const { return count; }
  void take(Index first, Index rows, std::vector<float>& x, std::vector<Index>& y) const {
    for (Index i = first; i < first + rows; ++i) {
      x.insert(x.end(), std::size_t(width), float(i));
      y.push_back(i % 3);
    }
  }
};

/// Says what it was given.
struct Recorder {
  std::vector<Index> labels;
  Index rows = 0;
  void add(std::span<const float> y, std::span<const Index> of, Index classes) {
    rows += Index(y.size()) / classes;
    labels.insert(labels.end(), of.begin(), of.end());
  }
};

}  // namespace

TEST_CASE("Accuracy is the part whose largest value is the label's; Loss the mean cross-entropy") {
  const std::vector<float> y{1, 3, 2, 5, 5, 0};
  Accuracy right;
  right.add(y, std::vector<Index>{1, 1}, 3);  // of two that are largest the first counts
  CHECK(right.value() == 0.5);
  CHECK(right.count() == 2);
  Loss loss;
  loss.add(y, std::vector<Index>{1, 2}, 3);
  const double first = std::log(std::exp(1.) + std::exp(3.) + std::exp(2.)) - 3,
               second = std::log(2 * std::exp(5.) + 1) - 0;
  CHECK(std::abs(loss.value() - (first + second) / 2) < 1e-12);
  Loss large;
  large.add(std::vector<float>{1e30f, 1e30f}, std::vector<Index>{0}, 2);
  CHECK(std::abs(large.value() - std::log(2.)) < 1e-12);
  CHECK(error_of([&] {
          loss.add(y, std::vector<Index>{3, 0}, 3);
        }) == "tenon: a label is 3; legal: 0 to 2");
  CHECK(Accuracy{}.value() == 0);
}

TEST_CASE("images in a frame of zeros") {
  const ImageDataset plain(images, labels), framed(images, labels, 2);
  CHECK(plain.size() == 10000);
  CHECK(framed.height() == 32);
  CHECK(framed.width() == 32);
  std::vector<float> x, y;
  std::vector<Index> of;
  plain.take(9, 3, x, of);
  framed.take(9, 3, y, of);
  REQUIRE(x.size() == 3 * 784);
  REQUIRE(y.size() == 3 * 1024);
  REQUIRE(of.size() == 6);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t h = 0; h < 32; ++h)
      for (std::size_t w = 0; w < 32; ++w) {
        const bool inside = h >= 2 && h < 30 && w >= 2 && w < 30;
        CHECK(y[(i * 32 + h) * 32 + w] == (inside ? x[(i * 28 + h - 2) * 28 + w - 2] : 0));
      }
  CHECK(error_of([] { ImageDataset(images, images); }).find("no IDX file of labels") !=
        std::string::npos);
}

MPI_TEST_CASE("a network of a file over the test images, and the last batch is trimmed", 4) {
  FileModel model(world);
  BuildOptions options;
  options.checkpoint = TENON_EXAMPLE_DATA "/seed8/rank_{}/mlp{}.ckpt";
  options.checkpoint_strategy = TENON_EXAMPLE_DATA "/seed8/strategy.ckpt";
  model.build_from_file(mlp, ModelType::MINDIR, {}, {}, options);
  const ImageDataset dataset(images, labels);
  const auto [right, loss] = evaluate(model, dataset, {.batch = 3000}, Accuracy{}, Loss{});
  CHECK(right.right() == 9852);
  CHECK(right.count() == 10000);
  CHECK(loss.value() > 0.04);
  CHECK(loss.value() < 0.08);
  const auto [again] = model.eval(Numbers{10, 784}, Recorder{});
  CHECK(again.rows == 10);
  CHECK(again.labels == std::vector<Index>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0});
  const std::string error = error_of([&] { model.eval(ImageDataset(images, labels, 2), Loss{}); });
  CHECK(error ==
        "tenon: the dataset has rows of 1024 elements, the model takes [1, 28, 28], of "
        "784 a row");
}

MPI_TEST_CASE("a hub is a folder of models", 1) {
  const Folder folder;
  const std::string name = "mindspore/ascend/0.7/two";
  std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
  std::filesystem::copy_file(TENON_TEST_DATA "/models/two.mindir", (folder / name) + ".mindir");
  const std::string path = folder / "";
  CHECK(hub::find(name, path).model.ends_with("ascend/0.7/two.mindir"));
  CHECK(hub::find(name, path).checkpoint.empty());
  const auto error = [&](const std::string& wanted) {
    return error_of([&] { hub::find(wanted, path); });
  };
  CHECK(error("lenet").find("has no model lenet; legal: " + name) != std::string::npos);
  CHECK(error("../" + name).find("has no model") != std::string::npos);
  CHECK(error("/etc/passwd").find("has no model") != std::string::npos);
  ::setenv("TENON_HUB", path.c_str(), 1);
  FileModel model = hub::load(name);
  const Index classes = model.predict(model.get_inputs())[0].shape().back();
  hub::Options options;
  options.num_classes = classes;
  CHECK(error_of([&] { hub::load(name, options); }) == "");
  options.num_classes = classes + 1;
  CHECK(error_of([&] { hub::load(name, options); }) ==
        "tenon: " + name + " tells " + std::to_string(classes) + " classes apart, num_classes is " +
            std::to_string(classes + 1));
  ::unsetenv("TENON_HUB");
  CHECK(error_of([&] { hub::load(name); }).find("TENON_HUB names the folder") != std::string::npos);
}
