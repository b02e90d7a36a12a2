// SPDX-License-Identifier: Apache-2.0
// What files and network have not in common: an error with all of it, or lists.
#include <tenon/comm/mpi.hpp>
#include <tenon/io/appended_value.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/model/load.hpp>

#include "checkpoints.hpp"
#include "mpi.hpp"
#include "sliced_files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A network of a.weight [8, 6], b.weight [6] and c.weight [4], all whole on each rank, and files.
struct LoadingOfThree {
  MpiCommunication communication;
  Checkpoints files;
  std::vector<CutParameter> network{{"a.weight", Element::float32, {{1}, {{-1}, {-1}}, {8, 6}}},
                                    {"b.weight", Element::float32, {{1}, {{-1}}, {6}}},
                                    {"c.weight", Element::float32, {{1}, {{-1}}, {4}}}};
  Parameters parameters{view(plan_of_parameters(network, 1))};

  explicit LoadingOfThree(const boost::mpi::communicator& world)
      : communication(world), files(world) {}

  /// Rank 0 writes one file.
  std::string write(const std::string& name, std::vector<TensorSource> tensors) {
    const std::string path = files / name;
    communication.together([&] {
      if (communication.rank() != 0) return;
      std::filesystem::remove(path);
      write_tensors(path, tensors);
    });
    return path;
  }
  LoadReport load(const std::string& path, const LoadOptions& options = {.lenient = true}) {
    return load_parameters(parameters, communication, path, std::string(), options);
  }
  std::string error(const std::string& path, const std::string& strategy = {}) {
    try {
      load_parameters(parameters, communication, path, strategy);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  bool is_zero(std::size_t i) const {
    const Parameters::Slice& slice = parameters.slices()[i];
    for (Index byte = 0; byte < slice.bytes(0); ++byte)
      if (slice.data[byte] != std::byte{}) return false;
    return true;
  }
};

const std::vector<float> numbers(64, 1.5f);
const std::vector<double> doubles(64, 1.5);
TensorSource floats(const std::string& name, const Dims& shape) {
  return {name, std::span(numbers).first(std::size_t(product(shape))), shape};
}

}  // namespace

MPI_TEST_CASE("all that does not fit is in one error, and nothing was changed",
              tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  const std::string path =
      loading.write("x.ckpt", {floats("a.weight", {6, 8}),
                               TensorSource("b.weight", std::span(doubles).first(6), {6}),
                               floats("d.weight", {3}), floats("e.weight", {2, 2})});
  const std::string error = loading.error(path);
  CAPTURE(error);
  CHECK(has(error, {"x.ckpt: a.weight has the shape [6, 8], expected [8, 6]",
                    "b.weight is of float64, the network's is of float32", "missing: c.weight",
                    "not in the network: d.weight, and 1 more"}));
  for (std::size_t i = 0; i < 3; ++i) CHECK(loading.is_zero(i));
}

MPI_TEST_CASE("lenient: it is listed on every rank, and the rest is loaded",
              tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  const LoadReport report = loading.load(loading.write(
      "x.ckpt",
      {floats("a.weight", {8, 6}), TensorSource("b.weight", std::span(doubles).first(6), {6}),
       floats("d.weight", {3})}));
  REQUIRE(report.missing.size() == 1);
  CHECK(report.missing[0].name == "c.weight");
  REQUIRE(report.extra.size() == 1);
  CHECK(report.extra[0].name == "d.weight");
  REQUIRE(report.of_other_elements.size() == 1);
  CHECK(report.of_other_elements[0].name == "b.weight");
  CHECK(report.misshapen.empty());
  CHECK(!report.fits());
  CHECK(!loading.is_zero(0));
  CHECK(loading.is_zero(1));
  CHECK(loading.is_zero(2));
}

MPI_TEST_CASE("counters, text and the optimizer's state are passed over", tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  std::vector<TensorSource> all{floats("a.weight", {8, 6}),
                                floats("b.weight", {6}),
                                floats("c.weight", {4}),
                                floats("moments.a.weight", {8, 6}),
                                floats("learning_rate", {}),
                                floats("global_step", {1}),
                                appended_value("epoch_num", Index(7)),
                                appended_value("note", std::string("tuned"))};
  const LoadReport report = loading.load(loading.write("x.ckpt", all), {});
  CHECK(report.fits());
  CHECK(report.passed_over == std::vector<std::string>{"moments.a.weight", "learning_rate",
                                                       "global_step", "epoch_num", "note"});
  all.push_back(floats("moments.c.weight", {6}));  // of another shape: it is no state of c.weight
  CHECK(has(loading.error(loading.write("x.ckpt", all)), {"not in the network: moments.c.weight"}));
}

MPI_TEST_CASE("a scalar may be stored as [] or as [1]", tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  loading.network = {{"s", Element::float32, {{1}, {{-1}}, {1}}}};
  loading.parameters = Parameters(view(plan_of_parameters(loading.network, 1)));
  CHECK(loading.load(loading.write("x.ckpt", {floats("s", {})}), {}).fits());
  CHECK(!loading.is_zero(0));
}

MPI_TEST_CASE("of replicas one is enough: files without the others'", tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  const std::vector<CutParameter> cut{{"a.weight", Element::float32, {{2, 2}, {{0}, {-1}}, {8, 6}}},
                                      {"b.weight", Element::float32, {{4}, {{-1}}, {6}}},
                                      {"c.weight", Element::float32, {{2, 2}, {{1}}, {4}}}};
  const auto write = [&](const std::vector<std::vector<std::string>>& names) {
    for (Index rank = 0; rank < 4; ++rank) {
      std::vector<TensorSource> tensors = tensors_of(cut, rank);
      std::erase_if(tensors, [&](const TensorSource& tensor) {
        return !contains(names[std::size_t(rank)], tensor.name.substr(0, 1));
      });
      loading.write("r" + std::to_string(rank) + ".ckpt", tensors);
    }
    loading.communication.together([&] {
      if (loading.communication.rank() == 0)
        write_strategy(loading.files / "s.ckpt", strategy_of(cut));
    });
  };
  write({{"a", "b", "c"}, {"a"}, {"c"}, {"b"}});  // a by rank 0 and 1, c by rank 0 and 2
  const std::string pattern = loading.files / "r{}.ckpt", strategy = loading.files / "s.ckpt";
  CHECK(loading.error(pattern, strategy) == "");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string expected =
        bytes_of_elements(slice_of(loading.network[i].layout, 0).elements, 4, Index(i));
    CHECK(std::memcmp(loading.parameters.slices()[i].data, expected.data(), expected.size()) == 0);
  }
  write({{"a", "b", "c"}, {"b"}, {"c"}, {"b"}});
  const std::string error = loading.error(pattern, strategy);
  CAPTURE(error);
  CHECK(has(error, {"missing: a.weight", "[4:8, 0:6]", "of [8, 6]", "one of the ranks 1, 3"}));
}

MPI_TEST_CASE("a merged strategy of stages: each parameter from its stage's files",
              tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  const std::vector<CutParameter> cut{{"a.weight", Element::float32, {{2}, {{0}, {-1}}, {8, 6}}},
                                      {"b.weight", Element::float32, {{2}, {{0}}, {6}}},
                                      {"c.weight", Element::float32, {{2}, {{0}}, {4}}}};
  StrategyFile merged = strategy_of(cut);
  merged.layouts[0].name = "0-a.weight";
  merged.layouts[1].name = "1-b.weight";
  merged.layouts[2].name = "1-c.weight";
  loading.communication.together([&] {
    if (loading.communication.rank() == 0) write_strategy(loading.files / "s.ckpt", merged);
  });
  for (Index rank = 0; rank < 4; ++rank) {
    std::vector<TensorSource> tensors = tensors_of(cut, rank % 2);
    if (rank < 2) tensors.resize(1, tensors[0]);
    else tensors.erase(tensors.begin());
    loading.write("r" + std::to_string(rank) + ".safetensors", tensors);
  }
  CHECK(loading.error(loading.files / "r{}.safetensors", loading.files / "s.ckpt") == "");
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string expected =
        bytes_of_elements(slice_of(loading.network[i].layout, 0).elements, 4, Index(i));
    CHECK(std::memcmp(loading.parameters.slices()[i].data, expected.data(), expected.size()) == 0);
  }
}

MPI_TEST_CASE("one file copied over another rank's is found", tenon_test::all_ranks) {
  LoadingOfThree loading(world);
  const std::vector<CutParameter> cut{{"a.weight", Element::float32, {{2}, {{0}, {-1}}, {8, 6}}},
                                      {"b.weight", Element::float32, {{2}, {{-1}}, {6}}},
                                      {"c.weight", Element::float32, {{2}, {{0}}, {4}}}};
  loading.communication.together([&] {
    if (loading.communication.rank() == 0)
      write_strategy(loading.files / "s.ckpt", strategy_of(cut));
  });
  loading.write("r0.ckpt", tensors_of(cut, 0));
  const std::string second = loading.write("r1.ckpt", tensors_of(cut, 0));
  const std::string error = loading.error(loading.files / "r{}.ckpt", loading.files / "s.ckpt");
  CAPTURE(error);
  CHECK(has(error, {"r0.ckpt", "r1.ckpt", "the same slice of a.weight"}));
  // but one parameter alone may be equal by chance, as heads that were repeated
  std::vector<TensorSource> own = tensors_of(cut, 1);
  own[0] = tensors_of(cut, 0)[0];
  loading.write("r1.ckpt", own);
  CHECK(loading.error(loading.files / "r{}.ckpt", loading.files / "s.ckpt") == "");
}
