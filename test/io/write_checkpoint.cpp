// SPDX-License-Identifier: Apache-2.0
// Expected: the files that MindSpore 2.10 itself wrote of the same content, byte for byte.
#include <sys/stat.h>

#include <tenon/io/appended_value.hpp>
#include <tenon/io/checkpoint.hpp>
#include <tenon/io/write_checkpoint.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string written(const auto& tensors, const CheckpointOptions& options = {}) {
  const Folder folder;
  write_checkpoint(folder / "x.ckpt", tensors, options);
  return bytes_of(folder / "x.ckpt");
}

/// The content of the variants "chunked" and "crc", given in pieces of so many bytes.
std::vector<TensorSource> counted(std::size_t piece) {
  const auto count = [piece](int numbers) {
    return [piece, numbers](const Pieces& write) {
      std::vector<float> values;
      for (int i = 0; i < numbers; ++i) values.push_back(float(i));
      const std::span bytes(reinterpret_cast<const char*>(values.data()), 4 * values.size());
      for (std::size_t at = 0; at < bytes.size(); at += piece)
        write(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    };
  };
  return {{"w", Element::float32, {96, 32}, count(96 * 32)},
          {"b", Element::float32, {5}, count(5)}};
}

}  // namespace

TEST_CASE("a checkpoint that is read and written again is the same file") {
  const std::string variants = sample("ckpt/variants/");
  const std::string slices = TENON_EXAMPLE_DATA "/seed8/";
  for (const std::string& path : {std::string(variants).append("dtypes.ckpt"),
                                  std::string(slices).append("rank_0/mlp0.ckpt"),
                                  std::string(slices).append("rank_2/mlp2.ckpt")}) {
    CAPTURE(path);
    CHECK((written(Checkpoint(path)) == bytes_of(path)));
  }
  const std::string crc = std::string(variants).append("crc.ckpt");
  CHECK((written(Checkpoint(crc), {.checksum = true}) == bytes_of(crc)));
  for (const char* name : {"chunked_bytes.ckpt", "chunked_numpy.ckpt"}) {
    const std::string path = std::string(variants).append(name);
    CHECK((written(Checkpoint(path), {.slice_bytes = 1024}) == bytes_of(path)));
  }
}

TEST_CASE("pieces of any size make the same file") {
  const std::string chunked = bytes_of(sample("ckpt/variants/chunked_bytes.ckpt"));
  const std::string crc = bytes_of(sample("ckpt/variants/crc.ckpt"));
  for (std::size_t piece : {1u, 4u, 100u, 1023u, 1024u, 1025u, 5000u, 100000u}) {
    CAPTURE(piece);
    CHECK((written(counted(piece), {.slice_bytes = 1024}) == chunked));
    CHECK((written(counted(piece), {.checksum = true}) == crc));
  }
}

TEST_CASE("appended values are stored as MindSpore's append_dict is") {
  const std::vector<TensorSource> values = {
      appended_value("epoch_num", 7), appended_value("lr", 0.125), appended_value("flag", true),
      appended_value("note", "h\xc3\xa9llo")};
  const std::string whole = bytes_of(sample("ckpt/variants/dtypes.ckpt"));
  CHECK(has(whole, written(values)));
  const Folder folder;
  write_checkpoint(folder / "x.ckpt",
                   std::vector{appended_value("s", "\xf0\x9f\x98\x80"), appended_value("e", "")});
  CHECK(Checkpoint(folder / "x.ckpt").at("s").shape == Dims{1});
  CHECK(Checkpoint(folder / "x.ckpt").at("e").is_string);
  for (const char* text : {"\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xe2\x82", "\xff", "\xe0\x80\x80"})
    CHECK(has(error_of([&] { appended_value("note", text); }), "the text of note is no UTF-8"));
}

TEST_CASE("what is written is read: values in memory, empty tensors, scalars") {
  const Folder folder;
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const double scalar[] = {2.5};
  write_checkpoint(folder / "x.ckpt",
                   std::vector{TensorSource("w", values, {2, 3}), TensorSource("s", scalar, {}),
                               TensorSource("none", std::vector<float>(), {0, 3})});
  const Checkpoint read(folder / "x.ckpt");
  CHECK(read.at("w").shape == Dims{2, 3});
  CHECK(read.at("s").element == Element::float64);
  CHECK(read.at("none").shape == Dims{0, 3});
  struct stat status {};
  REQUIRE(::stat((folder / "x.ckpt").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0400);
  write_checkpoint(folder / "x.ckpt", read, {.mode = 0640});  // over the file that is mapped
  CHECK(read.at("w").bytes() == 24);
  REQUIRE(::stat((folder / "x.ckpt").c_str(), &status) == 0);
  CHECK((status.st_mode & 0737) == 0600);
}

TEST_CASE("what cannot be a checkpoint is not written, and the old file stays") {
  const Folder folder;
  const std::string path = folder.write("x.ckpt", "old");
  const std::vector<float> two = {1, 2};
  const auto error = [&](const std::vector<TensorSource>& tensors, Index slice_bytes = 8) {
    return error_of([&] { write_checkpoint(path, tensors, {.slice_bytes = slice_bytes}); });
  };
  CHECK(has(error({{"w", two, {3}}}), "x.ckpt: w gives 8 bytes, which cannot be float32 of the"));
  CHECK(has(error({{"w", two, {1}}}), "w gives 8 or more bytes"));
  CHECK(has(error({{"w", two, {-2}}}), "of the shape [-2]"));
  CHECK(has(error({{"w", two, {2}}, {"w", two, {2}}}), "two tensors are named w"));
  CHECK(has(error({{"", two, {2}}}), "a name of no"));
  CHECK(has(error({{std::string(4097, 'w'), two, {2}}}), "more than 4096 bytes"));
  CHECK(has(error({{"w", two, {2}}}, 0), "slices of no bytes"));
  CHECK(has(error({}), "no tensors"));
  CHECK(bytes_of(path) == "old");
  CHECK(folder.count() == 1);
}
