// SPDX-License-Identifier: Apache-2.0
// Expected values: what MindSpore 2.10 itself says is in these files, field by field.
#include <protozero/pbf_writer.hpp>

#include <vector>

#include <tenon/io/checkpoint.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string content(const StoredTensor& tensor) {
  std::string bytes;
  for (const auto& chunk : tensor.chunks) bytes.append(chunk.data(), chunk.size());
  return bytes;
}

std::string hexadecimal(std::string_view bytes) {
  std::string digits;
  for (char byte : bytes)
    for (int shift : {4, 0}) digits += "0123456789abcdef"[byte >> shift & 15];
  return digits;
}

/// One value of a checkpoint, as MindSpore writes it.
std::string value(std::string_view tag, const std::vector<Index>& dims, std::string_view type,
                  std::string_view content) {
  std::string tensor, value, file;
  protozero::pbf_writer tensor_writer(tensor), value_writer(value), writer(file);
  for (Index size : dims) tensor_writer.add_int64(1, size);
  tensor_writer.add_string(2, type.data(), type.size());
  tensor_writer.add_bytes(3, content.data(), content.size());
  value_writer.add_string(1, tag.data(), tag.size());
  value_writer.add_message(2, tensor);
  writer.add_message(1, value);
  return file;
}

/// What is thrown when `bytes` are a file.
std::string error_of_bytes(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder.write("x.ckpt", bytes);
  return error_of([&] { Checkpoint checkpoint(path); });
}

/// The sum of all tensors, each of which must be as large as its shape says and lie in the file.
Index checked_bytes(const Checkpoint& checkpoint) {
  Index sum = 0;
  for (const StoredTensor& tensor : checkpoint) {
    REQUIRE(tensor.bytes() == size_in_bytes(tensor.shape, tensor.element));
    REQUIRE(content(tensor).size() == std::size_t(tensor.bytes()));
    sum += tensor.bytes();
  }
  return sum;
}

/// Where the values of a checkpoint end: a file that is cut there is a whole one.
std::vector<std::size_t> borders(std::string_view file) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; at < file.size() && file[at] == 0x0a;) {
    std::size_t size = 0;
    int shift = 0;
    for (++at; shift == 0 || file[at - 1] < 0; ++at, shift += 7)
      size |= std::size_t(file[at] & 127) << shift;
    found.push_back(at += size);
  }
  return found;
}

}  // namespace

TEST_CASE("every element type is read as MindSpore saved it") {
  const struct { const char* name; Dims shape; Element element; Index bytes; const char* begin; }
  expected[] = {
      {"p.f32", {3, 4}, Element::float32, 48, "6b9e0240049023c00d11d63e"},
      {"p.f16", {2, 5}, Element::float16, 20, "80b458b938bc41b6b637a2b3"},
      {"p.f64", {2, 2}, Element::float64, 32, "57ff19238171e13fbdc50e74"},
      {"p.i8", {6}, Element::int8, 6, "fdfeff000102"},
      {"p.u8", {6}, Element::uint8, 6, "000102030405"},
      {"p.i16", {6}, Element::int16, 12, "fdfffeffffff000001000200"},
      {"p.u16", {6}, Element::uint16, 12, "000001000200030004000500"},
      {"p.i32", {6}, Element::int32, 24, "fdfffffffeffffffffffffff"},
      {"p.u32", {6}, Element::uint32, 24, "000000000100000002000000"},
      {"p.i64", {6}, Element::int64, 48, "fdfffffffffffffffeffffff"},
      {"p.u64", {6}, Element::uint64, 48, "000000000000000001000000"},
      {"p.bool", {3}, Element::boolean, 3, "010001"},
      {"p.scalar", {}, Element::float32, 4, "00002040"},
      {"p.one", {1}, Element::float32, 4, "0000e840"},
      {"p.nan_inf", {5}, Element::float32, 20, "0000c07f0000807f000080ff"},
      {"p.bf16", {2, 3}, Element::bfloat16, 12, "803f20c049404a71a20dcd3d"},
      {"epoch_num", {}, Element::int64, 8, "0700000000000000"},
      {"lr", {}, Element::float32, 4, "0000003e"},
      {"flag", {}, Element::boolean, 1, "01"},
      {"note", {5}, Element::uint32, 20, "68000000e90000006c000000"},  // "héllo"
      {"step_t", {3}, Element::int32, 12, "000000000100000002000000"}};
  const Checkpoint checkpoint(sample("ckpt/variants/dtypes.ckpt"));
  REQUIRE(checkpoint.size() == std::size(expected));
  auto stored = checkpoint.begin();
  for (const auto& e : expected) {
    CAPTURE(e.name);
    CHECK(stored->name == e.name);
    CHECK(stored->shape == e.shape);
    CHECK(stored->element == e.element);
    CHECK(stored->bytes() == e.bytes);
    CHECK(stored->is_string == (stored->name == "note"));
    CHECK(hexadecimal(content(*stored).substr(0, 12)) == e.begin);
    CHECK(checkpoint.find(e.name) == &*stored);
    ++stored;
  }
}

TEST_CASE("chunks of one tag are one tensor") {
  for (const char* path : {"bytes", "numpy"}) {
    const Checkpoint checkpoint(
        sample(std::string("ckpt/variants/chunked_").append(path).append(".ckpt")));
    REQUIRE(checkpoint.size() == 2);
    const StoredTensor& w = checkpoint.at("w");
    CHECK(w.shape == Dims{96, 32});
    CHECK(w.chunks.size() == 12);
    CHECK(w.bytes() == 12 * 1024);
    const std::string bytes = content(w);
    for (int i = 0; i < 96 * 32; ++i) {
      float number = 0;
      std::memcpy(&number, bytes.data() + 4 * i, 4);
      REQUIRE(number == float(i));
    }
    CHECK(checkpoint.at("b").shape == Dims{5});
  }
}

TEST_CASE("only neighbours of one tag are chunks, a later value replaces") {
  const Folder folder;
  const std::string half = value("a", {4}, "UInt8", "\1\2");
  const std::string rest = value("a", {4}, "UInt8", "\3\4");
  const std::string other = value("b", {1}, "UInt8", "b"), later = value("a", {1}, "UInt8", "z");
  const auto bytes = std::string(half).append(rest).append(other).append(later);
  const Checkpoint checkpoint(folder.write("x.ckpt", bytes));
  REQUIRE(checkpoint.size() == 2);
  CHECK(checkpoint.begin()->name == "a");
  CHECK(content(checkpoint.at("a")) == "z");
  CHECK(has(error_of_bytes(std::string(half).append(other).append(rest)), "a holds 2 bytes"));
  CHECK(has(error_of_bytes(std::string(half).append(later)), "another shape or type"));
}

TEST_CASE("a checksum is stripped always and checked on request") {
  const std::string good = sample("ckpt/variants/crc.ckpt");
  const std::string bad = sample("ckpt/bad/crc_mismatch.ckpt");
  const std::string none = sample("ckpt/variants/dtypes.ckpt");
  CHECK(Checkpoint(good).size() == 2);
  CHECK(Checkpoint(good, Checksum::checked).at("b").bytes() == 20);
  CHECK(stored_checksum(MappedFile(good).bytes()) == 0x22ff5157u);
  CHECK(Checkpoint(bad).size() == 2);
  CHECK(has(error_of([&] { Checkpoint x(bad, Checksum::checked); }), "stored in it is 587157847"));
  CHECK(has(error_of([&] { Checkpoint x(none, Checksum::checked); }), "it has none"));
}

TEST_CASE("an encrypted checkpoint is refused by the name of its cipher") {
  for (const char* cipher : {"AES-GCM", "AES-CBC", "SM4-CBC"}) {
    const auto path = sample(std::string("ckpt/variants/enc_").append(cipher).append(".ckpt"));
    const std::string error = error_of([&] { Checkpoint checkpoint(path); });
    CAPTURE(error);
    CHECK(has(error, path));
    CHECK(has(error, std::string("encrypted by MindSpore (").append(cipher)));
  }
}

TEST_CASE("a file that is no checkpoint is named by what it is") {
  const auto error = [](const char* name) {
    return error_of([&] { Checkpoint checkpoint(sample(name)); });
  };
  CHECK(has(error("ckpt/bad/empty.ckpt"), "empty.ckpt is empty"));
  CHECK(has(error("ckpt/bad/truncated.ckpt"),
            "truncated.ckpt: at byte 0: a field of 12310 bytes begins, but 8997"));
  CHECK(has(error("ckpt/bad/truncated.ckpt"), "tenon: cannot read"));
  CHECK(has(error("strategy/seed8/strategy_rank0.ckpt"),
            "is no MindSpore checkpoint: it is a MindSpore strategy file"));
  CHECK(has(error("strategy/seed8/strategy_rank0.json"), "it is JSON text"));
  CHECK(has(error("ckpt"), "it is a directory"));
  CHECK(has(error("ckpt/none.ckpt"), "it does not exist"));
  using namespace std::string_view_literals;
  const struct { std::string_view begin, kind; } foreign[] = {
      {"PK\3\4rest", "a zip archive"}, {"\x80\2}q\0."sv, "a pickle"},
      {"\x40\0\0\0\0\0\0\0{\"__metadata__\""sv, "a safetensors file"},
      {"\x0a\x01\0\0\0\0\0\0{\"__metadata__\""sv, "a safetensors file"},
      {"\x93NUMPY\1\0"sv, "a NumPy array"}, {"\x1f\x8b\x08", "a gzip file"},
      {"\x0a\x03" "1.1\x12\x09MindSpore", "a MindIR model"},
      {"\x08\x04\x12\x09MindSpore\x1a\x03" "1.0", "an ONNX model"},
      {"layer1.weight = 3\n", "at byte 0: a field"}, {"\0\0\0\0"sv, "there is no field here"}};
  for (const auto& [begin, kind] : foreign) {
    const std::string text = error_of_bytes(begin);
    CAPTURE(text);
    CHECK(has(text, "is no MindSpore checkpoint"));
    CHECK(has(text, kind));
  }
}

TEST_CASE("a missing parameter is named with the file") {
  const Checkpoint checkpoint(sample("ckpt/variants/crc.ckpt"));
  CHECK(checkpoint.find("layer1.weight") == nullptr);
  const std::string error = error_of([&] { checkpoint.at("layer1.weight"); });
  CHECK(has(error, "crc.ckpt has no parameter layer1.weight: it has 2 others, the first is w"));
}

TEST_CASE("a moved checkpoint still finds its tensors") {
  Checkpoint first(sample("ckpt/variants/crc.ckpt"));
  const Checkpoint second(std::move(first));
  CHECK(content(second.at("b")).size() == 20);
}

TEST_CASE("shapes that MindSpore reads as scalars are scalars, and packed dimensions are read") {
  const Folder folder;
  const Checkpoint zero(folder.write("zero.ckpt", value("x", {0}, "Float32", "abcd")));
  CHECK(zero.at("x").shape == Dims{});
  const Checkpoint empty(folder.write("empty.ckpt", value("x", {2, 0}, "Float32", "")));
  CHECK(empty.at("x").shape == Dims{2, 0});
  std::string tensor, both, file;
  protozero::pbf_writer tensor_writer(tensor), value_writer(both), writer(file);
  const std::vector<Index> dims = {1, 300};
  tensor_writer.add_packed_int64(1, dims.begin(), dims.end());
  tensor_writer.add_string(2, "UInt8");
  tensor_writer.add_bytes(3, std::string(300, 'x'));
  value_writer.add_string(1, "p");
  value_writer.add_message(2, tensor);
  writer.add_message(1, both);
  CHECK(Checkpoint(folder.write("packed.ckpt", file)).at("p").shape == Dims{1, 300});
}

TEST_CASE("sizes are not believed") {
  const auto error = [](const std::vector<Index>& dims, std::string_view type = "Float32",
                        std::string_view content = "abcd") {
    return error_of_bytes(value("w", dims, type, content));
  };
  CHECK(error({1}) == "");
  CHECK(has(error({2}), "w holds 4 bytes, which cannot be float32 of the shape [2]"));
  CHECK(has(error({-1}), "of the shape [-1]"));
  CHECK(has(error({-1, -1}), "of the shape [-1, -1]"));
  CHECK(has(error({Index(1) << 62, 4, 4}), "which cannot be float32"));
  CHECK(has(error({0, -1}, "Float32", ""), "which cannot be float32"));
  CHECK(error({1, 1, 1, 1, 1, 1, 1, 1}) == "");
  CHECK(has(error({1, 1, 1, 1, 1, 1, 1, 1, 1}), "more than 8 dimensions"));
  CHECK(has(error({1}, "Complex64"), "w is of the type Complex64, which is not supported"));
  CHECK(error({2, 2}, "Int4") == "");  // two numbers a byte: four bytes
  CHECK(has(error({0}, "str", "abc"), "w holds 3 bytes"));
  CHECK(error({0}, "str", "") == "");
}

TEST_CASE("values that lack a part or have it twice are damaged") {
  using namespace std::string_view_literals;
  CHECK(has(error_of_bytes("\x0a\x03\x0a\x01w"sv), "no tag or no tensor"));
  CHECK(has(error_of_bytes("\x0a\x05\x0a\x01w\x12\0"sv), "w has no type or no content"));
  CHECK(has(error_of_bytes("\x0a\x05\x0a\x01w\x1a\0"sv), "MapTensor"));
  CHECK(has(error_of_bytes("\x0a\x05\x0a\x01w\x22\0"sv), "a field that checkpoints have not"));
  CHECK(has(error_of_bytes("\x0a\x06\x0a\x01w\x0a\x01w"sv), "two tags"));
  CHECK(has(error_of_bytes("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x0a"sv), "bytes begins"));
  CHECK(has(error_of_bytes("\x0a\x86\x80\x80\x80\x10\x0a\x01w\x12\0"sv),
            "4294967302 bytes begins"));
  CHECK(has(error_of_bytes(value(std::string(5000, 'w'), {1}, "UInt8", "x")), "4096"));
  CHECK(has(error_of_bytes(value("w", {1}, "UInt8", "x").append("\x10\x01")), "only values"));
}

TEST_CASE("a checkpoint cut anywhere is refused, or shorter where a value ends") {
  const Folder folder;
  const std::string whole = bytes_of(sample("ckpt/variants/dtypes.ckpt"));
  const std::vector<std::size_t> ends = borders(whole);
  REQUIRE(ends.size() == 21);
  REQUIRE(ends.back() == whole.size());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::string path = folder.write("cut.ckpt", whole.substr(0, size));
    std::size_t values = 0;
    for (std::size_t end : ends) values += end <= size;
    std::size_t read = 0;
    const std::string error = error_of([&] { read = Checkpoint(path).size(); });
    if (contains(ends, size)) REQUIRE(read == values);
    else REQUIRE(has(error, path));
  }
}

TEST_CASE("a checkpoint with a checksum that is checked may be cut nowhere") {
  const Folder folder;
  const std::string whole = bytes_of(sample("ckpt/variants/crc.ckpt"));
  for (std::size_t size = 0; size < whole.size(); size += size < 12250 ? 97 : 1) {
    const std::string path = folder.write("cut.ckpt", whole.substr(0, size));
    CAPTURE(size);
    REQUIRE(has(error_of([&] { Checkpoint(path, Checksum::checked); }), path));
  }
}

TEST_CASE("a flipped bit is an error or another checkpoint, never more than the file") {
  const Folder folder;
  const std::string whole = bytes_of(sample("ckpt/variants/dtypes.ckpt"));
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = char(bytes[bit / 8] ^ 1 << bit % 8);
    const std::string path = folder.write("flipped.ckpt", bytes);
    CAPTURE(bit);
    const std::string error = error_of([&] {
      const Checkpoint checkpoint(path);
      const Index sum = checked_bytes(checkpoint);
      REQUIRE(sum <= Index(whole.size()));
    });
    refused += !error.empty();
    REQUIRE((error.empty() || has(error, path)));
  }
  CHECK(refused > 2000);  // most bits that are no content; flipped content is found by checksums
}

TEST_CASE("more values than a reader of constant memory takes are refused") {
  std::string bytes;
  for (int i = 0; i <= 1 << 18; ++i) bytes += value(std::to_string(i), {0}, "str", "");
  CHECK(has(error_of_bytes(bytes), "more than 262144 values"));
}
