// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <tenon/io/mapped_file.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("a mapped file has the file's bytes and path, also after it has moved") {
  const Folder folder;
  const std::string path = folder.write("x", "some bytes");
  MappedFile first(path);
  const std::span<const char> bytes = first.bytes();
  MappedFile second(std::move(first));
  CHECK(second.bytes().data() == bytes.data());
  CHECK(std::string(second.bytes().data(), second.bytes().size()) == "some bytes");
  CHECK(second.path() == path);
  MappedFile third(folder.write("y", "other"));
  third = std::move(second);
  CHECK(third.bytes().data() == bytes.data());
}

TEST_CASE("an empty file is no bytes") {
  const Folder folder;
  CHECK(MappedFile(folder.write("empty", "")).bytes().empty());
}

TEST_CASE("a file that cannot be mapped is named with the cause") {
  const Folder folder;
  const auto error = [](const std::string& path) {
    return error_of([&] { MappedFile file(path); });
  };
  const std::string none = folder / "none";
  const std::string expected = "tenon: cannot read ";
  CHECK(error(none) == std::string(expected).append(none).append(": it does not exist"));
  CHECK(has(error(folder / ""), "it is a directory"));
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(has(error(pipe), "it is no regular file"));
  if (::geteuid() != 0) {  // root may read everything
    const std::string closed = folder.write("closed", "x");
    REQUIRE(::chmod(closed.c_str(), 0) == 0);
    CHECK(has(error(closed), "permission denied"));
  }
}
