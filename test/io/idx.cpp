// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/idx.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += char(number >> shift & 255);
  return bytes;
}

std::string images(std::uint32_t count, std::uint32_t rows, std::uint32_t columns,
                   std::string_view pixels) {
  return big_endian(0x803).append(big_endian(count)).append(big_endian(rows))
      .append(big_endian(columns)).append(pixels);
}

std::string labels(std::uint32_t count, std::string_view values) {
  return big_endian(0x801).append(big_endian(count)).append(values);
}

std::string gzip(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder / "x.gz";
  gzFile file = ::gzopen(path.c_str(), "wb");
  REQUIRE(::gzwrite(file, bytes.data(), unsigned(bytes.size())) == int(bytes.size()));
  REQUIRE(::gzclose(file) == Z_OK);
  return bytes_of(path);
}

std::string error_of_images(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder.write("x", bytes);
  return error_of([&] { read_idx_images(path); });
}
std::string error_of_labels(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder.write("x", bytes);
  return error_of([&] { read_idx_labels(path); });
}

const std::string twelve("\0\1\2\3\4\5\6\7\xfc\xfd\xfe\xff", 12);

}  // namespace

TEST_CASE("images are read plain and packed") {
  const Folder folder;
  const std::string plain = images(2, 2, 3, twelve);
  for (const std::string& bytes : {plain, gzip(plain)}) {
    const IdxImages read = read_idx_images(folder.write("images", bytes));
    CHECK(read.count == 2);
    CHECK(read.rows == 2);
    CHECK(read.columns == 3);
    CHECK(read.pixels == std::vector<unsigned char>(twelve.begin(), twelve.end()));
    CHECK(read.image(1)[0] == 6);
    CHECK(read.image(1).back() == 255);
  }
}

TEST_CASE("labels are read plain and packed") {
  const Folder folder;
  const std::string plain = labels(3, "\7\2\1");
  for (const std::string& bytes : {plain, gzip(plain)})
    CHECK(read_idx_labels(folder.write("labels", bytes)) == std::vector<unsigned char>{7, 2, 1});
  CHECK(read_idx_labels(folder.write("none", labels(0, ""))).empty());
}

TEST_CASE("images of several megabytes are read in steps") {
  const Folder folder;
  std::string pixels(3 << 20, '\0');
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = char(i * 7919 >> 8);
  const std::string bytes = gzip(images(3 << 10, 32, 32, pixels));
  const IdxImages read = read_idx_images(folder.write("images.gz", bytes));
  CHECK(read.count == 3072);
  CHECK(std::equal(read.pixels.begin(), read.pixels.end(), pixels.begin(),
                   [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); }));
}

TEST_CASE("one kind of file given as the other is named") {
  CHECK(has(error_of_images(labels(1, "x")),
            "is no IDX file of images: it begins with 0x00000801 (labels); expected: 0x00000803"));
  CHECK(has(error_of_labels(images(1, 1, 1, "x")),
            "is no IDX file of labels: it begins with 0x00000803 (images); expected: 0x00000801"));
  CHECK(has(error_of_images("PK\3\4 an archive, not this"), "it begins with 0x504b0304; expected"));
  CHECK(has(error_of_images(""), "is empty"));
  CHECK(has(error_of([] { read_idx_images("/none/images"); }), "/none/images: it does not exist"));
  const Folder folder;
  CHECK(has(error_of([&] { read_idx_images(folder / ""); }), "it is a directory"));
}

TEST_CASE("a file that is cut short or too long is refused with its numbers") {
  CHECK(has(error_of_images(images(3, 2, 3, twelve)),
            "its header promises 3 images, 2 are there"));
  CHECK(has(error_of_labels(labels(5, "abc")), "its header promises 5 labels, 3 are there"));
  CHECK(has(error_of_images(images(1, 2, 3, twelve)), "bytes are left over after the 1 images"));
  CHECK(has(error_of_labels(labels(2, "abc")), "bytes are left over after the 2 labels"));
  CHECK(has(error_of_images(images(1, 0, 3, "")), "its images have the size [0, 3]"));
  const std::uint32_t most = 0xffffffff;
  CHECK(has(error_of_images(images(most, most, most, "x")), "legal: 1 to 32768"));
  CHECK(has(error_of_images(images(most, 32768, 32768, "x")), "4294967295 images, 0 are there"));
  CHECK(has(error_of_labels(gzip(labels(most, "x"))), "4294967295 labels, 1 are there"));
}

TEST_CASE("a file cut anywhere is refused, plain and packed") {
  const std::string plain = images(2, 2, 3, twelve);
  for (const std::string& whole : {plain, gzip(plain)}) {
    CHECK(error_of_images(whole) == "");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      REQUIRE(error_of_images(std::string_view(whole).substr(0, size)) != "");
    }
  }
}

TEST_CASE("a packed file with a flipped bit is refused or the same") {
  const Folder folder;
  const std::string whole = gzip(images(2, 2, 3, twelve));
  for (std::size_t bit = 80; bit < 8 * whole.size(); ++bit) {  // after the gzip header
    std::string bytes = whole;
    bytes[bit / 8] = char(bytes[bit / 8] ^ 1 << bit % 8);
    const std::string path = folder.write("flipped.gz", bytes);
    CAPTURE(bit);
    IdxImages read;
    const std::string error = error_of([&] { read = read_idx_images(path); });
    REQUIRE((!error.empty() || std::string(read.pixels.begin(), read.pixels.end()) == twelve));
  }
}
