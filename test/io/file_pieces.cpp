// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/file_pieces.hpp>

#include <sys/resource.h>

#include <tenon/io/open_tensors.hpp>
#include <tenon/io/write_tensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string write(const Folder& folder, const std::string& name, float first) {
  std::vector<float> values(6);
  for (std::size_t i = 0; i < 6; ++i) values[i] = first + float(i);
  write_tensors(folder / name, std::vector<TensorSource>{{"w", values, Dims{2, 3}}});
  return folder / name;
}

/// Column 1 of w.
std::vector<float> column(FilePieces& pieces, const TensorFile& file) {
  std::vector<float> found(2);
  pieces.read(file, file.at("w"), region({{0, 2}, {1, 2}}, {{0, 2}, {0, 3}}),
              reinterpret_cast<std::byte*>(found.data()), region({{0, 2}, {1, 2}}));
  return found;
}

}  // namespace

TEST_CASE("more files than a process may have open are read") {
  const Folder folder;
  std::vector<TensorFile> files;
  for (int i = 0; i < 200; ++i)
    files.push_back(open_tensors(write(folder, "x" + std::to_string(i) + ".ckpt", float(i))));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{100, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  FilePieces pieces;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 200; ++i)
      CHECK(column(pieces, files[std::size_t(i)]) == std::vector{float(i) + 1, float(i) + 4});
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("a name may go to another file, which is another one's") {
  const Folder folder;
  FilePieces pieces;
  const TensorFile old = open_tensors(write(folder, "x.ckpt", 1));
  CHECK(column(pieces, old)[0] == 2);
  const TensorFile renamed = open_tensors(write(folder, "x.ckpt", 10));
  CHECK(column(pieces, renamed)[0] == 11);
  CHECK(has(error_of([&] { column(pieces, old); }), "x.ckpt: another file took its name"));
  CHECK(column(pieces, renamed)[1] == 14);
  std::filesystem::resize_file(folder / "x.ckpt", 10);
  CHECK(has(error_of([&] { column(pieces, renamed); }), "it was cut short while being read"));
}
