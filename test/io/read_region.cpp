// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/read_region.hpp>

#include <random>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct RandomRegion {
  std::mt19937_64 numbers;
  Index upto(Index most) { return Index(numbers() % std::uint64_t(most + 1)); }

  /// A block of `dimensions`, and a box in it.
  std::pair<Box, Box> boxes(int dimensions, Index most) {
    Box block, part;
    for (int d = 0; d < dimensions; ++d) {
      const Index first = upto(2), size = 1 + upto(most), begin = upto(size - 1);
      block.push_back({first, first + size});
      part.push_back({first + begin, first + begin + upto(size - begin)});
    }
    return {block, part};
  }
  std::string bytes(Index count) {
    std::string all(std::size_t(count), '\0');
    for (char& one : all) one = char(numbers());
    return all;
  }
};

struct Stored {
  std::string file;
  std::vector<FileChunk> chunks;
};

/// A tensor's bytes in a file with something between them.
Stored scattered(RandomRegion& random, std::string_view content, int cuts) {
  std::vector<Index> at{0, Index(content.size())};
  for (int i = 0; i < cuts; ++i) at.push_back(random.upto(Index(content.size())));
  std::sort(at.begin(), at.end());
  Stored stored{random.bytes(random.upto(100)), {}};
  for (std::size_t i = 0; i + 1 < at.size(); ++i) {
    stored.chunks.push_back({Index(stored.file.size()), at[i + 1] - at[i]});
    stored.file.append(content.substr(std::size_t(at[i]), std::size_t(at[i + 1] - at[i])));
    stored.file.append(random.bytes(random.upto(9)));
  }
  return stored;
}

/// Reads `part` of a block that is stored into a larger box around it, and compares all of that.
void check(const ReadableFile& file, const std::vector<FileChunk>& chunks, std::string_view content,
           const Box& block, const Box& part, Index size, Index window) {
  Box around = part;
  for (int d = 0; d < around.size(); ++d) around[d] = {part[d].first - d, part[d].last + 1};
  std::string expected(std::size_t(volume(around) * size), '#'), found = expected;
  const Region from = region(part, block), to = region(part, around);
  for_each_run(from, to, [&](Index in, Index out, Index run) {
    std::memcpy(expected.data() + out * size, content.data() + in * size, std::size_t(run * size));
  });
  read_region(file, chunks, from, size, reinterpret_cast<std::byte*>(found.data()), to, window);
  CHECK(found == expected);
}

}  // namespace

TEST_CASE("a region that is read is what memcpy copies, wherever the chunks are cut") {
  const Folder folder;
  RandomRegion random{std::mt19937_64(1)};
  for (int round = 0; round < 400; ++round) {
    const Index size = Index(1) << random.upto(3);
    const auto [block, part] = random.boxes(round % 5, round % 5 < 3 ? 40 : 9);
    const std::string content = random.bytes(volume(block) * size);
    const Stored stored = scattered(random, content, int(random.upto(6)));
    const ReadableFile file(folder.write("x", stored.file));
    CAPTURE(round);
    for (const Index window : {Index(1), Index(50), Index(5000), Index(1) << 24})
      check(file, stored.chunks, content, block, part, size, window);
  }
}

TEST_CASE("runs that are long, or far apart, or fill a window exactly") {
  const Folder folder;
  RandomRegion random{std::mt19937_64(2)};
  const std::string content = random.bytes(6 << 20);
  const Stored whole = scattered(random, content, 0), cut = scattered(random, content, 5);
  const ReadableFile one(folder.write("one", whole.file)), many(folder.write("many", cut.file));
  for (const Index row : {Index(6), Index(1024), Index(65536), Index(65536 * 3), Index(3) << 19}) {
    const Box block{{0, Index(content.size()) / row}, {0, row}};
    for (const Index run : {Index(1), Index(5), Index(1000), Index(65535), Index(65536), row})
      for (const Index window : {Index(4096), Index(65536), Index(1) << 20, Index(1) << 24}) {
        if (run > row || (run < 5 && row < 1024 && window < 65536)) continue;
        CAPTURE(row);
        CAPTURE(run);
        CAPTURE(window);
        const Index first = random.upto(row - run);
        const Box part{{1, block[0].last}, {first, first + run}};
        check(one, whole.chunks, content, block, part, 1, window);
        check(many, cut.chunks, content, block, part, 1, window);
      }
  }
}

TEST_CASE("a region whose runs do not ascend in the file") {
  const Folder folder;
  RandomRegion random{std::mt19937_64(3)};
  const std::string content = random.bytes(120 * 570 * 4);
  const Stored stored = scattered(random, content, 4);
  const ReadableFile file(folder.write("x", stored.file));
  const Region from{0, {570, 120}, {1, 570}}, to{0, {570, 120}, {120, 1}};  // transposed
  std::string found(content.size(), '#');
  read_region(file, stored.chunks, from, 4, reinterpret_cast<std::byte*>(found.data()), to);
  Index wrong = 0;
  for (Index i = 0; i < 570; ++i)
    for (Index j = 0; j < 120; ++j)
      wrong +=
          std::memcmp(found.data() + (i * 120 + j) * 4, content.data() + (j * 570 + i) * 4, 4) != 0;
  CHECK(wrong == 0);
}

TEST_CASE("a file that cannot be mapped is read run by run") {
  RandomRegion random{std::mt19937_64(4)};
  const std::string content = random.bytes(100 * 100);  // in a file: this process's memory
  const ReadableFile file("/proc/self/mem");
  const std::vector<FileChunk> chunks{
      {Index(reinterpret_cast<std::uintptr_t>(content.data())), Index(content.size())}};
  check(file, chunks, content, {{0, 100}, {0, 100}}, {{3, 90}, {7, 20}}, 1, 1 << 20);
}

TEST_CASE("a file that is cut short while it is read is an error, not a signal") {
  const Folder folder;
  RandomRegion random{std::mt19937_64(5)};
  const std::string path = folder.write("x", random.bytes(1 << 20));
  const ReadableFile file(path);
  std::vector<std::byte> block(1 << 20);
  const Box whole{{0, 1024}, {0, 1024}};
  const auto error = [&](const Box& part) {
    return error_of([&] {
      read_region(file, std::vector<FileChunk>{{0, 1 << 20}}, region(part, whole), 1, block.data(),
                  region(part));
    });
  };
  std::filesystem::resize_file(path, 100 * 1024 + 5);
  CHECK(error({{0, 100}, {0, 8}}) == "");
  const std::string cut = "tenon: cannot read " + path + ": it was cut short while being read: ";
  CHECK(error({{0, 1024}, {0, 8}}) == cut + "3 bytes at byte 102405 are missing");
  CHECK(error({{0, 1024}, {0, 1024}}) == cut + "946171 bytes at byte 102405 are missing");
  CHECK(error({{200, 1000}, {2, 3}}) == cut + "1 bytes at byte 204802 are missing");
}

TEST_CASE("a region that leaves the chunks is an error that names the file") {
  const Folder folder;
  const std::string path = folder.write("x", std::string(100, 'x'));
  const ReadableFile file(path);
  const std::vector<FileChunk> chunks{{10, 30}, {60, 10}};
  std::vector<std::byte> block(100);
  const auto error = [&](Index first, Index count) {
    return error_of([&] {
      read_region(file, chunks, {first, {count}, {1}}, 4, block.data(), {0, {count}, {1}});
    });
  };
  CHECK(error(0, 10) == "");
  CHECK(error(9, 2) == "tenon: cannot read " + path + ": elements from 9 to 10 are wanted of 10");
  CHECK(error(-1, 2) != "");
}
