// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/write_checkpoint.hpp>
#include <tenon/io/write_safetensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::string dtypes_of_elements = TENON_TEST_DATA "/safetensors/dtypes.safetensors";
const std::vector<float> two_numbers = {1, 2};

}  // namespace

TEST_CASE("a safetensors file that is read and written again is the same file") {
  const Folder folder;
  write_safetensors(folder / "x", Safetensors(dtypes_of_elements));
  CHECK((bytes_of(folder / "x") == bytes_of(dtypes_of_elements)));
}

TEST_CASE("the tensors of any order are written in the format's own") {
  const Folder folder;
  const Safetensors read(dtypes_of_elements);
  std::vector<TensorSource> tensors(read.begin(), read.end());
  std::reverse(tensors.begin(), tensors.end());
  write_safetensors(folder / "x", tensors);
  CHECK((bytes_of(folder / "x") == bytes_of(dtypes_of_elements)));
}

TEST_CASE("the header is what MindSpore's is, to the byte") {
  const Folder folder;
  write_safetensors(folder / "x", std::vector{TensorSource("w", two_numbers, {1, 2}),
                                              TensorSource("b", two_numbers, {2})});
  const std::string bytes = bytes_of(folder / "x");
  const std::string json = R"({"__metadata__":{"format":"ms"},)"
                           R"("b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                           R"("w":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}})";
  CHECK(bytes.substr(8, json.size()) == json);
  CHECK(bytes.size() == (8 + json.size() + 7) / 8 * 8 + 16);
  write_safetensors(folder / "y", std::vector<TensorSource>{}, {.metadata = {}});
  CHECK(bytes_of(folder / "y") == std::string("\x08\0\0\0\0\0\0\0{}      ", 16));
}

TEST_CASE("a checkpoint becomes a safetensors file and comes back as it was") {
  const Folder folder;
  const std::string slice = TENON_EXAMPLE_DATA "/seed8/rank_0/mlp0.ckpt";
  const Checkpoint checkpoint(slice);
  write_safetensors(folder / "x", checkpoint);
  const Safetensors converted(folder / "x");
  std::vector<TensorSource> in_order;
  for (const StoredTensor& tensor : checkpoint) in_order.emplace_back(converted.at(tensor.name));
  write_checkpoint(folder / "y", in_order);
  CHECK((bytes_of(folder / "y") == bytes_of(slice)));
}

TEST_CASE("what the format has not is not written") {
  const Folder folder;
  const auto error = [&](const TensorSource& source) {
    return error_of([&] { write_safetensors(folder / "x", std::vector{source}); });
  };
  const StoredTensor note = Checkpoint(sample("ckpt/variants/dtypes.ckpt")).at("note");
  CHECK(has(error(note), "note is a string, which the format has not"));
  CHECK(has(error({"\xff", two_numbers, {2}}), "is no UTF-8"));
  CHECK(has(error({"__metadata__", two_numbers, {2}}), "or __metadata__"));
  CHECK(has(error({"", two_numbers, {2}}), "a name of no"));
  CHECK(has(error({"w", two_numbers, {3}}), "w gives 8 bytes, which cannot be float32"));
  CHECK(has(error({"w", two_numbers, {-3}}), "w has no such shape"));
  const std::vector<TensorSource> twice = {{"w", two_numbers, {2}}, {"w", two_numbers, {2}}};
  CHECK(has(error_of([&] { write_safetensors(folder / "x", twice); }), "are named w"));
  CHECK(folder.count() == 0);
}

TEST_CASE("a type that the format has not is named") {
  const Folder folder;
  const TensorSource packed("w", Element::int4x2, {2}, [](const Pieces& write) {
    write({"\x12\x34", 2});
  });
  CHECK(has(error_of([&] { write_safetensors(folder / "x.safetensors", std::vector{packed}); }),
            "w is of int4x2, which the format has not"));
  write_checkpoint(folder / "x.ckpt", std::vector{packed});  // MindSpore's has it, as Int4
  CHECK(Checkpoint(folder / "x.ckpt").at("w").element == Element::int4x2);
}
