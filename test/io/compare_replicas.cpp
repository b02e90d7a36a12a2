// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/compare_replicas.hpp>

#include <doctest/doctest.h>

#include "cut_files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("replicas that differ are named, and where") {
  CutFiles cut;
  const auto error = [&] { return cut.error([&] { compare_replicas(cut.open()); }); };
  CHECK(error() == "");
  std::vector<float> w(12), b(6, 1);
  for (std::size_t i = 0; i < 12; ++i) w[i] = 200 + float(i) + (i == 7);
  for (std::size_t i = 0; i < 6; ++i) b[i] = 1 + float(i);
  write_checkpoint(cut.path(3), std::vector<TensorSource>{{"w", w, Dims{4, 3}}, {"b", b, Dims{6}}});
  CHECK(error() ==
        "tenon: x2.ckpt and x3.ckpt should hold the same slice of w, but differ at the element [2, "
        "4]");
  cut.write(3, {}, {6});
  CHECK(error() == "");
}

TEST_CASE("a file that is cut short or replaced after it was opened is an error, not a signal") {
  CutFiles cut;
  const ShardedTensors x = cut.open();
  const auto size = std::filesystem::file_size(cut.path(3));
  std::filesystem::resize_file(cut.path(3), size / 2);
  CHECK(has(cut.error([&] { compare_replicas(x); }),
            "tenon: cannot read x3.ckpt: it was cut short while being read"));
  cut.write(3, {4, 3});
  CHECK(cut.error([&] { compare_replicas(x); }) ==
        "tenon: cannot read x3.ckpt: another file took its name while it was being read");
}

TEST_CASE("the progress is of all bytes read") {
  const CutFiles cut;
  Index sum = 0;
  compare_replicas(cut.open(), [&](Index more) { sum += more; });
  CHECK(sum == 4 * (12 + 6) * 4);
}

TEST_CASE("replicas on two stages, also cut differently") {
  const Folder folder;
  std::vector<float> whole(24);
  std::iota(whole.begin(), whole.end(), 0.f);
  const auto write = [&](Index rank, Index first_row, Index rows) {
    const auto values = std::span(whole).subspan(std::size_t(first_row * 6), std::size_t(rows * 6));
    const std::string path = folder / "x" + text(rank) + ".ckpt";
    write_checkpoint(path, std::vector<TensorSource>{{"w", values, Dims{rows, 6}}});
  };
  const StrategyFile strategy{"s",
                              1,
                              {{"0-w", {{2}, {{0}, {-1}}, {}}, 0, 0, 0, false},
                               {"1-w", {{2}, {{-1}, {-1}}, {}}, 0, 0, 0, false}},
                              {}};
  const auto error = [&] {
    return error_of([&] {
      compare_replicas(ShardedTensors(files_of(folder / "x{}.ckpt", 4), StrategyPlaces(strategy)));
    });
  };
  write(0, 0, 2), write(1, 2, 2), write(2, 0, 4), write(3, 0, 4);
  CHECK(error() == "");
  whole[20] = -1;
  write(2, 0, 4), write(3, 0, 4);
  CHECK(has(error(), "x1.ckpt and "));
  CHECK(has(error(), "x2.ckpt should hold the same slice of w, but differ at the element [3, 2]"));
  write(2, 0, 3), write(3, 0, 3);
  CHECK(has(error(),
            "of two stages, of which one has w of float32 [4, 6], the other of float32 "
            "[3, 6]"));
}

TEST_CASE("the first element that differs, however the bytes are in chunks") {
  const std::string a(40, 'a');
  SliceReader reader;
  for (std::size_t wrong = 0; wrong <= a.size(); ++wrong) {
    std::string b = a;
    if (wrong < b.size()) b[wrong] = 'b';
    for (std::size_t i = 0; i <= 40; i += 3)
      for (std::size_t j = 0; j <= 40; j += 7) {
        const StoredTensor x{
            "x", Element::float32, {10}, {std::span(a).first(i), std::span(a).subspan(i)}, false};
        const StoredTensor y{
            "x", Element::float32, {10}, {std::span(b).first(j), std::span(b).subspan(j)}, false};
        const ShardedTensor both{"x", Element::float32, false, whole({10}), 0, {&x, &y}, {}};
        const auto found = reader.first_difference(both, 0, 1);
        CHECK(found == (wrong < 40 ? std::optional(Index(wrong) / 4) : std::nullopt));
      }
  }
}

TEST_CASE("an element's place in the whole") {
  CHECK(place_in({{0, 4}, {256, 512}}, 257) == Dims{1, 257});
  CHECK(place_in({{3, 5}}, 1) == Dims{4});
  CHECK(place_in({}, 0) == Dims{});
}
