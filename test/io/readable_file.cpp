// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/readable_file.hpp>

#include <cstring>

#include <tenon/io/file_window.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("bytes of a file are read into memory") {
  const Folder folder;
  const ReadableFile file(folder.write("x", "some bytes"));
  CHECK(file.size() == 10);
  CHECK(file.path() == folder / "x");
  std::string bytes = "..........";
  file.read(5, 5, reinterpret_cast<std::byte*>(bytes.data() + 1));
  CHECK(bytes == ".bytes....");
  file.read(10, 0, nullptr);
}

TEST_CASE("bytes that are not there, or that the disk refuses, are an error") {
  const Folder folder;
  const std::string path = folder.write("x", "some bytes");
  const ReadableFile file(path);
  std::byte bytes[20];
  CHECK(error_of([&] { file.read(5, 7, bytes); }) ==
        "tenon: cannot read " + path +
            ": it was cut short while being read: 2 bytes at byte 10 are missing");
  const ReadableFile refuses("/proc/self/mem");  // nothing is at address 0
  CHECK(error_of([&] { refuses.read(0, 1, bytes); }) ==
        "tenon: cannot read /proc/self/mem: Input/output error");
}

TEST_CASE("what is no file to read is named with the cause") {
  const Folder folder;
  const auto error = [](const std::string& path) {
    return error_of([&] { ReadableFile file(path); });
  };
  CHECK(error(folder / "none") ==
        "tenon: cannot read " + (folder / "none") + ": it does not exist");
  CHECK(has(error(folder / ""), "it is a directory"));
  CHECK(has(error("/dev/null"), "it is no regular file"));
}

TEST_CASE("a window of a file has its bytes; one that cannot be has none") {
  const Folder folder;
  std::string content(200000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = char(i * 7 / 3);
  const ReadableFile file(folder.write("x", content));
  if (!FileWindow(file, 0, 1).data()) return;  // a system without: Linux before 5.14
  for (const Index first : {0, 1, 4096, 65535, 65536, 65537, 131072, 199999})
    for (const Index count : {1, 4096, 60000}) {
      if (first + count > Index(content.size())) continue;
      const FileWindow window(file, first, count);
      REQUIRE(window.data() != nullptr);
      CHECK(std::memcmp(window.data(), content.data() + first, std::size_t(count)) == 0);
    }
  CHECK(FileWindow(file, 0, 300000).data() == nullptr);
  CHECK(FileWindow(file, Index(1) << 30, 10).data() == nullptr);
  CHECK(FileWindow(ReadableFile("/proc/self/mem"), 65536, 10).data() == nullptr);
}
