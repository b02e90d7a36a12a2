// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/read_mindir_part.hpp>

#include <doctest/doctest.h>

#include <tenon/io/model_file/mindir.hpp>
#include <tenon/io/model_file/write_mindir.hpp>
#include <tenon/network/layers/dense.hpp>

#include "../files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct Net {
  Dense layer{"layer", 4, 6};
  constexpr auto construct(auto x) const { return layer(x); }
};

/// Rank 1 of 2, which hold three columns each.
void write_part(const std::string& path, const std::vector<float>& weight,
                const std::vector<float>& bias) {
  MindirPart part{1, 2, "7", {}, {}};
  part.layouts = {mindir_layout("layer.weight", whole({4, 6}).cut(1, {{2, 1}}), 1, 2),
                  mindir_layout("layer.bias", whole({6}).cut(0, {{2, 1}}), 1, 2)};
  part.slices = {{"layer.weight", weight, {4, 3}}, {"layer.bias", bias, {3}}};
  write_mindir(path, trace(Net(), {{{2, 4}}}), std::vector<TensorSource>(), {{}, {}, part});
}

}  // namespace

TEST_CASE("what was written of a rank is read") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  const std::vector<float> weight{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, bias{-1, -2, -3};
  write_part(path, weight, bias);
  const ModelFile file = read_mindir(path);
  CHECK(file.unfilled.size() == 2);  // the whole parameters, whose values it has not
  const std::optional<StoredPart> part = read_mindir_part(file);
  REQUIRE(part);
  CHECK(part->rank == 1);
  CHECK(part->ranks == 2);
  CHECK(part->id == "7");
  REQUIRE(part->layouts.size() == 2);
  CHECK(part->layouts[0].device_arrangement == Axes{2});
  CHECK(part->layouts[0].tensor_map == std::vector<Index>{-1, 0});
  CHECK(part->layouts[0].slice_shape == Dims{4, 3});
  REQUIRE(part->slices.size() == 2);
  CHECK(part->slices[0].name == "layer.weight");
  CHECK(part->slices[1].shape == Dims{3});
  CHECK(std::memcmp(part->slices[0].chunks[0].data(), weight.data(), 48) == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(part->slices[1].chunks[0].data()) % 64 == 0);
}

TEST_CASE("a whole network is of no rank") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  write_mindir(path, trace(Net(), {{{2, 4}}}), std::vector<TensorSource>());
  CHECK_FALSE(read_mindir_part(read_mindir(path)));
}

TEST_CASE("a file that is cut short or damaged is read or an error") {
  const Folder folder;
  const std::string path = folder / "x.mindir";
  write_part(path, std::vector<float>(12, 1), std::vector<float>(3, 2));
  const std::string whole = bytes_of(path);
  int read = 0;
  const auto check = [&](std::string_view damaged, auto) {
    folder.write("y.mindir", damaged);
    const std::string error = error_of([&] {
      const auto part = read_mindir_part(read_mindir(folder / "y.mindir"));
      read += part.has_value();
    });
    if (!error.empty()) REQUIRE(error.find("y.mindir") != std::string::npos);
  };
  cut_everywhere(whole, check);
  flip_every_bit(whole, check);
  CHECK(read > 0);
}
