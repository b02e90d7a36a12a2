// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/safetensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::string dtypes = TENON_TEST_DATA "/safetensors/dtypes.safetensors";

std::string file(std::string_view json) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes += char(json.size() >> shift & 255);
  return bytes.append(json);
}
std::string error_of_safetensors(std::string_view bytes) {
  return error_of([&] { safetensors_header(std::span(bytes.data(), bytes.size()), "x"); });
}

}  // namespace

TEST_CASE("a safetensors file cut anywhere is refused, and one with a byte more") {
  const std::string whole = bytes_of(dtypes);
  cut_everywhere(whole, [](std::string_view bytes, std::size_t size) {
    CAPTURE(size);
    REQUIRE(has(error_of_safetensors(bytes), size == 0 ? "x is empty" : "x"));
  });
  CHECK(error_of_safetensors(whole) == "");
  CHECK(has(error_of_safetensors(std::string(whole).append("x")),
            "bytes of no tensor lie at the end"));
}

TEST_CASE("a flipped bit is an error or other tensors of the same bytes") {
  const std::string whole = bytes_of(dtypes);
  std::size_t refused = 0, data = 0;
  for (const StoredTensor& tensor : Safetensors(dtypes)) data += std::size_t(tensor.bytes());
  flip_every_bit(whole, [&](std::string_view bytes, std::size_t bit) {
    CAPTURE(bit);
    std::size_t sum = 0;
    const std::string error = error_of([&] {
      for (const StoredTensor& tensor :
           safetensors_header(std::span(bytes.data(), bytes.size()), "x").tensors)
        sum += std::size_t(tensor.bytes());
    });
    REQUIRE((error.empty() ? sum == data : has(error, "x")));
    refused += !error.empty();
  });
  CHECK(refused > 5000);
}

TEST_CASE("a file that is no safetensors file is named by what it is") {
  const auto error = [](const char* name) {
    return error_of([&] { Safetensors read(sample(name)); });
  };
  CHECK(has(error("ckpt/variants/crc.ckpt"), "no safetensors file: it is a MindSpore checkpoint"));
  CHECK(has(error("ckpt/bad/empty.ckpt"), "empty.ckpt is empty"));
  CHECK(has(error("strategy/seed8/strategy_rank0.json"), "it is JSON text"));
  CHECK(has(error("ckpt/none"), "it does not exist"));
  CHECK(has(error_of_safetensors("{"), "it is JSON text"));
  CHECK(has(error_of_safetensors("\x01"), "is no safetensors file, or one cut short"));
  using namespace std::string_view_literals;
  CHECK(has(error_of_safetensors("\xff\xff\xff\xff\0\0\0\0{}"sv),
            "at byte 0: a header of 4294967295 bytes begins, but 2 are left"));
  CHECK(has(error_of_safetensors("\2\0\0\0\1\0\0\0{}"sv), "of at most 100 MB"));
}

TEST_CASE("JSON that is none, too deep or too long is refused at its byte") {
  CHECK(has(error_of_safetensors(file("{\"w\":}")), "at byte 13: here it is no JSON"));
  CHECK(
      has(error_of_safetensors(file("{\"w\"")), "here it is no JSON: it is cut short or damaged"));
  CHECK(has(error_of_safetensors(file("{} {}")), "at byte 11: here it is no JSON"));
  CHECK(has(error_of_safetensors(file("{\"\xff\":1}")), "here it is no JSON"));
  CHECK(has(error_of_safetensors(file("{\"w\":1e999}")), "at byte"));
  CHECK(
      has(error_of_safetensors(file(std::string("{\"w\":").append(100000, '['))), "no such value"));
  const std::string name(5000, 'w');
  CHECK(has(error_of_safetensors(file(std::string("{\"").append(name).append("\":1}"))),
            "a name of more than 4096 bytes"));
  const std::string spaces(2 << 20, ' ');
  CHECK(has(error_of_safetensors(file(std::string("{").append(spaces).append("}"))),
            "more than 1 MiB"));
}

TEST_CASE("more tensors than a reader of constant memory takes are refused") {
  std::string json = "{";
  for (int i = 0; i <= 1 << 18; ++i)
    json.append(i ? "," : "")
        .append("\"")
        .append(std::to_string(i))
        .append("\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]}");
  CHECK(has(error_of_safetensors(file(json.append("}"))), "more than 262144 tensors"));
}
