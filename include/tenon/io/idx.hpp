// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The images and labels of MNIST, plain or gzip:
///   read_idx_images("t10k-images-idx3-ubyte.gz").count == 10000
/// LeCun, Cortes, Burges: The MNIST database, "file formats"; big-endian sizes, then bytes.
#include <cstdint>
#include <span>

#include <tenon/core/dims.hpp>
#include <tenon/io/gzip_file.hpp>

namespace tenon {

struct IdxImages {
  Index count = 0, rows = 0, columns = 0;
  std::vector<unsigned char> pixels;  // [count, rows, columns], 0 to 255

  std::span<const unsigned char> image(Index number) const {
    const auto size = std::size_t(rows * columns);
    return std::span(pixels).subspan(std::size_t(number) * size, size);
  }
};

namespace detail {

inline constexpr std::uint32_t image_magic = 0x803, label_magic = 0x801;

inline std::string text_of_magic(std::uint32_t magic) {
  std::string s = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) s += "0123456789abcdef"[magic >> shift & 15];
  return s.append(magic == image_magic ? " (images)" : magic == label_magic ? " (labels)" : "");
}

/// The sizes after the magic number, one for each dimension.
inline Dims read_idx_header(GzipFile& file, const std::string& path, std::uint32_t magic) {
  const auto dimensions = int(magic & 0xff);
  const std::vector<unsigned char> bytes = file.read(std::size_t(4 + 4 * dimensions));
  const auto number = [&](std::size_t i) {
    return std::uint32_t(bytes[i]) << 24 | std::uint32_t(bytes[i + 1]) << 16 |
           std::uint32_t(bytes[i + 2]) << 8 | std::uint32_t(bytes[i + 3]);
  };
  if (bytes.empty() && !file.is_cut_short()) throw Error(std::string(path).append(" is empty"));
  if (bytes.size() >= 4 && number(0) != magic)
    throw Error(std::string(path).append(" is no IDX file of ")
                    .append(magic == image_magic ? "images" : "labels")
                    .append(": it begins with ").append(text_of_magic(number(0)))
                    .append("; expected: ").append(text_of_magic(magic)));
  if (bytes.size() < std::size_t(4 + 4 * dimensions))
    cannot_read(path, "it is cut short in its header");
  Dims sizes;
  for (int d = 0; d < dimensions; ++d) sizes.push_back(number(std::size_t(4 + 4 * d)));
  return sizes;
}

/// All that follows the header: `count` items of `size` bytes, no more and no less.
inline std::vector<unsigned char> read_idx_items(GzipFile& file, const std::string& path,
                                                 Index count, Index size, std::string_view items) {
  std::vector<unsigned char> bytes = file.read(std::size_t(count * size));
  if (Index(bytes.size()) < count * size)
    cannot_read(path, std::string("it is cut short: its header promises ")
                          .append(std::to_string(count)).append(" ").append(items)
                          .append(", ").append(std::to_string(Index(bytes.size()) / size))
                          .append(" are there"));
  if (!file.read(1).empty())
    cannot_read(path, std::string("bytes are left over after the ").append(std::to_string(count))
                          .append(" ").append(items).append(" that its header promises"));
  if (file.is_cut_short()) cannot_read(path, "the gzip file is cut short at its end");
  return bytes;
}

}  // namespace detail

/// @throws Error that names the file: no such file, another magic number, cut short, left over.
inline IdxImages read_idx_images(const std::string& path) {
  GzipFile file(path);
  const Dims sizes = detail::read_idx_header(file, path, detail::image_magic);
  const Index count = sizes[0], rows = sizes[1], columns = sizes[2];
  if (rows < 1 || columns < 1 || rows > 32768 || columns > 32768)
    cannot_read(path, std::string("its images have the size ").append(text(Dims{rows, columns}))
                          .append("; legal: 1 to 32768 rows and columns"));
  return {count, rows, columns,
          detail::read_idx_items(file, path, count, rows * columns, "images")};
}

/// One label for each image, 0 to 9 in MNIST.  @throws Error as read_idx_images.
inline std::vector<unsigned char> read_idx_labels(const std::string& path) {
  GzipFile file(path);
  const Dims sizes = detail::read_idx_header(file, path, detail::label_magic);
  return detail::read_idx_items(file, path, sizes[0], 1, "labels");
}

}  // namespace tenon
