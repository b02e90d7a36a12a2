// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/safetensors_index.hpp>
#include <tenon/io/write_checkpoint.hpp>
#include <tenon/io/write_safetensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::vector<float> two = {1, 2};
const std::vector<std::int8_t> three = {3, 4, 5};

/// Two files and an index of that weight_map.
std::string indexed(const Folder& folder, std::string_view map) {
  write_safetensors(folder / "1.safetensors", std::vector{TensorSource("w", two, {2})});
  write_safetensors(folder / "2.safetensors",
                    std::vector{TensorSource("b", three, {3}), TensorSource("w", three, {3})});
  return folder.write("model.safetensors.index.json",
                      std::string(R"({"metadata":{"total_size":11,"x":[1,{"y":2}]},)")
                          .append("\"weight_map\":")
                          .append(map)
                          .append("}"));
}
std::string error_of_index(std::string_view map) {
  const Folder folder;
  const std::string path = indexed(folder, map);
  const std::string error = error_of([&] { open_tensors(path); });
  CHECK((error.empty() || has(error, folder / "")));
  return error;
}

}  // namespace

TEST_CASE("the format is told by the content, and callers need not care") {
  const Folder folder;
  const std::vector<TensorSource> tensors = {{"w", two, {2}}, {"b", three, {3}}};
  write_checkpoint(folder / "x.safetensors", tensors);  // the name says nothing
  write_safetensors(folder / "x.ckpt", tensors);
  for (const char* name : {"x.safetensors", "x.ckpt"}) {
    const TensorFile file = open_tensors(folder / name);
    CHECK(file.path() == folder / name);
    CHECK(file.size() == 2);
    CHECK(file.at("w").shape == Dims{2});
    CHECK(file.find("b")->element == Element::int8);
    CHECK(file.find("c") == nullptr);
    CHECK(std::string(file.at("b").chunks[0].data(), 3) == "\3\4\5");
    std::string names;
    for (const StoredTensor& tensor : file) names += tensor.name;
    CHECK(names == "wb");
  }
  CHECK(open_tensors(folder / "x.ckpt").metadata() == Metadata{{"format", "ms"}});
}

TEST_CASE("a checksum is checked where there is one") {
  const auto error = [](const std::string& path) {
    return error_of([&] { open_tensors(path, Checksum::checked); });
  };
  CHECK(error(sample("ckpt/variants/crc.ckpt")) == "");
  CHECK(has(error(sample("ckpt/bad/crc_mismatch.ckpt")), "it is damaged"));
  CHECK(has(error(TENON_TEST_DATA "/safetensors/dtypes.safetensors"), "which has none"));
  CHECK(has(error(sample("ckpt/bad/empty.ckpt")), "is empty"));
  CHECK(has(error(sample("ckpt/variants/enc_AES-GCM.ckpt")), "encrypted"));
}

TEST_CASE("several files are one by their index") {
  const Folder folder;
  const TensorFile file =
      open_tensors(indexed(folder, R"({"w":"1.safetensors","b":"2.safetensors"})"));
  CHECK(file.size() == 2);
  CHECK(file.at("w").element == Element::float32);  // the other file's w is not named
  CHECK(file.at("b").shape == Dims{3});
  const TensorFile other =
      open_tensors(indexed(folder, R"({"w":"2.safetensors","b":"2.safetensors"})"));
  CHECK(other.at("w").element == Element::int8);
}

TEST_CASE("an index that does not fit its files is refused") {
  CHECK(has(error_of_index(R"({"w":"3.safetensors"})"), "3.safetensors: it does not exist"));
  CHECK(has(error_of_index(R"({"w":"1.safetensors","b":"1.safetensors"})"),
            "it names 2 tensors of 1.safetensors, which has 1 of them"));
  for (const char* file : {"../1.safetensors", "/1.safetensors", "", ".", "a/b", "\\u0000"})
    CHECK(has(error_of_index(std::string("{\"w\":\"").append(file).append("\"}")),
              "no plain file name in the folder of the index"));
  CHECK(has(error_of_index(R"({"w":"1.safetensors","w":"2.safetensors"})"), "w is twice"));
  CHECK(has(error_of_index(R"({"w":1})"), "at byte"));
  CHECK(has(error_of_index("{}"), "no weight_map"));
  CHECK(has(error_of_index("[]"), "no such value"));
  CHECK(has(error_of_index("{"), "no JSON"));
  CHECK(has(error_of_index(R"({"w":"model.safetensors.index.json"})"), "it is JSON text"));
  const auto error = [](const std::string& path) { return error_of([&] { open_tensors(path); }); };
  CHECK(has(error(sample("strategy/seed8/strategy_rank0.json")), "no such value here"));
}

TEST_CASE("an index cut anywhere or with a flipped bit is refused, or names other tensors") {
  const std::string whole = R"({"metadata":{"total_size":11},"weight_map":{"w":"1.safetensors"}})";
  const auto error = [&](std::string_view bytes) {
    return error_of([&] { parse_safetensors_index(std::span(bytes.data(), bytes.size()), "x"); });
  };
  CHECK(error(whole) == "");
  cut_everywhere(whole,
                 [&](std::string_view bytes, std::size_t) { REQUIRE(has(error(bytes), "x")); });
  std::size_t refused = 0;
  flip_every_bit(whole, [&](std::string_view bytes, std::size_t) {
    const std::string found = error(bytes);
    REQUIRE((found.empty() || has(found, "x")));
    refused += !found.empty();
  });
  CHECK(refused > 200);
}
