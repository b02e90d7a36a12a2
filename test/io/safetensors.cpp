// SPDX-License-Identifier: Apache-2.0
// test/data/safetensors/dtypes.safetensors is what safetensors' own writer, which
// MindSpore calls, made of one [2, 3] tensor of 0 to 5 of each of NumPy's types, a scalar 2.5, an
// empty tensor and one with a strange name (Python: safetensors 0.8.0, numpy.save_file, metadata
// {"format": "ms"}).
#include <tenon/io/safetensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::string dtypes_of_safetensors = TENON_TEST_DATA "/safetensors/dtypes.safetensors";

/// A file of that header and data.
std::string file(std::string_view json, std::string_view data) {
  std::string bytes;
  for (int shift = 0; shift < 64; shift += 8) bytes += char(json.size() >> shift & 255);
  return bytes.append(json).append(data);
}

std::string error_of_contents(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder.write("x.safetensors", bytes);
  const std::string error = error_of([&] { Safetensors read(path); });
  CHECK((error.empty() || has(error, path)));
  return error;
}
std::string error_of_header(std::string_view json, std::string_view data = "abcdefgh") {
  return error_of_contents(file(json, data));
}
std::string error_of_fields(std::string_view fields) {
  return error_of_header(std::string("{\"w\":{").append(fields).append("}}"));
}

const std::string one = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

}  // namespace

TEST_CASE("every element type is read as the format's own writer saved it") {
  const Safetensors read(dtypes_of_safetensors);
  REQUIRE(read.size() == 15);
  CHECK(read.metadata() == Metadata{{"format", "ms"}});
  for (Element element : {Element::float32, Element::float64, Element::float16, Element::int8,
                          Element::uint8, Element::int16, Element::uint16, Element::int32,
                          Element::uint32, Element::int64, Element::uint64, Element::boolean}) {
    std::string name = std::string("layer.").append(text(element));
    const std::size_t digits = name.find_first_of("0123456789");
    if (digits != name.npos)  // "layer.f32"
      name = name.substr(0, 7).append(name.substr(digits));
    else name = "layer.bool";
    if (has(text(element), "uint")) name[6] = 'u';
    CAPTURE(name);
    const StoredTensor& tensor = read.at(name);
    CHECK(tensor.element == element);
    CHECK(tensor.shape == Dims{2, 3});
    CHECK(tensor.chunks.size() == 1);
    CHECK(tensor.bytes() == 6 * bytes(element));
  }
  float number = 0;
  std::memcpy(&number, read.at("scalar").chunks[0].data(), 4);
  CHECK(number == 2.5f);
  CHECK(read.at("scalar").shape.empty());
  CHECK(read.at("empty").shape == Dims{2, 0});
  CHECK(read.at("a \"quote\"\n\x01 and \xc3\xa9").element == Element::uint8);
  CHECK(has(error_of([&] { read.at("w"); }), "has no parameter w: it has 15 others"));
}

TEST_CASE("types that are not supported are refused by name, bfloat16 is read") {
  const auto error = [](std::string_view type) {
    return error_of_fields(std::string("\"dtype\":\"")
                               .append(type)
                               .append("\",\"shape\":[2,2],\"data_offsets\":[0,8]"));
  };
  CHECK(error("BF16") == "");
  CHECK(error("F16") == "");
  for (const char* type : {"F8_E4M3", "F8_E5M2", "F4", "C64", "float32", ""})
    CHECK(has(error(type), std::string("w is of the type ").append(type).append(", which is not")));
}

TEST_CASE("a header is not believed") {
  CHECK(error_of_header(one) == "");
  CHECK(error_of_header("{}", "") == "");
  CHECK(error_of_header(std::string(one).append("   ")) == "");
  const auto range = [](std::string_view shape, std::string_view offsets) {
    return error_of_fields(std::string("\"dtype\":\"F32\",\"shape\":")
                               .append(shape)
                               .append(",\"data_offsets\":")
                               .append(offsets));
  };
  CHECK(has(range("[2]", "[0,12]"), "at byte 61: w has the bytes 0 to 12 of 8 that are there"));
  CHECK(has(range("[2]", "[8,0]"), "w has the bytes 8 to 0"));
  CHECK(has(range("[2]", "[-4,4]"), "w has the bytes -4 to 4"));
  CHECK(has(range("[3]", "[0,8]"), "holds 8 bytes, which cannot be float32 of the shape [3]"));
  CHECK(has(range("[-2]", "[0,8]"), "of the shape [-2]"));
  CHECK(has(range("[4611686018427387904,4]", "[0,8]"), "which cannot be float32"));
  CHECK(has(range("[99999999999999999999]", "[0,8]"), "no such value here"));
  CHECK(has(range("[2.0]", "[0,8]"), "no such value here"));
  CHECK(has(range("2", "[0,8]"), "no such value here"));
  CHECK(has(range("[2]", "[0]"), "lacks its dtype, shape or data_offsets"));
  CHECK(has(range("[2]", "[0,8,9]"), "more than two offsets"));
  CHECK(has(range("[1,1,1,1,1,1,1,1,2]", "[0,8]"), "more than 8 dimensions"));
  CHECK(has(range("[2]", "[0,4]"), "which cannot be"));
  CHECK(has(range("[1]", "[0,4]"), "bytes of no tensor lie at the end"));
  CHECK(has(range("[1]", "[4,8]"), "at byte 62: bytes of no tensor lie before w"));
}

TEST_CASE("bytes that two tensors share, names and fields that are twice") {
  const std::string w = R"("w":{"dtype":"I8","shape":[6],"data_offsets":[0,6]})";
  const auto with = [&](std::string_view more) {
    return error_of_header(std::string("{").append(w).append(",").append(more).append("}"));
  };
  CHECK(with(R"("b":{"dtype":"I8","shape":[2],"data_offsets":[6,8]})") == "");
  CHECK(has(with(R"("b":{"dtype":"I8","shape":[4],"data_offsets":[4,8]})"), "share, one is b"));
  CHECK(has(with(R"("w":{"dtype":"I8","shape":[2],"data_offsets":[6,8]})"), "are named w"));
  CHECK(has(error_of_fields(R"("dtype":"I8","dtype":"I8")"), "w has dtype twice"));
  CHECK(has(error_of_fields(R"("shape":[2],"shape":[2])"), "w has shape twice"));
  CHECK(has(with(R"("__metadata__":{"a":"b","a":"c"})"), "a is twice in __metadata__"));
  CHECK(has(with(R"("__metadata__":{"a":1})"), "no such value here"));
  CHECK(has(with(R"("__metadata__":[])"), "no such value here"));
  CHECK(has(with(R"("":{"dtype":"I8","shape":[2],"data_offsets":[6,8]})"), "without a name"));
}
