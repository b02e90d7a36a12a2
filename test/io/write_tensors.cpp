// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/write_tensors.hpp>

#include <doctest/doctest.h>

#include <tenon/io/appended_value.hpp>
#include <tenon/io/open_tensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("the name says the format") {
  CHECK(format_of("a/x.ckpt") == TensorFormat::checkpoint);
  CHECK(format_of("x.safetensors") == TensorFormat::safetensors);
  CHECK(error_of([] { format_of("x.bin"); }) ==
        "tenon: cannot write x.bin: its name says no format; legal: .ckpt and .safetensors");
}

TEST_CASE("what a format cannot hold is refused before the file is touched") {
  const Folder folder;
  const std::vector<float> values{1, 2};
  const auto error = [&](const std::string& name, const TensorSource& tensor, bool checksum) {
    folder.write(name, "old");
    const std::string what =
        error_of([&] { write_tensors(folder / name, {tensor}, {.checksum = checksum}); });
    if (what != "") CHECK(bytes_of(folder / name) == "old");
    return what;
  };
  const TensorSource w("w", values, {2}), none("w", std::span(values).first(0), {0}),
      words = appended_value("who", std::string("me"));
  CHECK(error("x.ckpt", w, true) == "");
  CHECK(error("y.ckpt", words, false) == "");
  CHECK(error("x.safetensors", none, false) == "");
  CHECK(has(error("z.ckpt", none, false), "w would have no elements, of the shape [0]"));
  CHECK(has(error("y.safetensors", words, false), "who is a string"));
  const TensorSource fours("w", Element::int4x2, {2}, words.produce);
  CHECK(has(error("y.safetensors", fours, false), "w is of int4x2"));
  CHECK(has(error("y.safetensors", w, true), "no place for a checksum"));
}

TEST_CASE("a counted source gives the same bytes and tells how many") {
  const Folder folder;
  const std::vector<double> values((9 << 20) / 8 + 1, 0.5);
  Index sum = 0, calls = 0;
  const TensorSource source = counted(TensorSource("w", values, {Index(values.size())}),
                                      [&](Index more) { sum += more, ++calls; });
  write_tensors(folder / "x.ckpt", {source});
  CHECK(sum == Index(values.size()) * 8);
  CHECK(calls == 3);
  CHECK(open_tensors(folder / "x.ckpt").at("w").bytes() == sum);
}
