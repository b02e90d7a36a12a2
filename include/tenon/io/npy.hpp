// SPDX-License-Identifier: Apache-2.0
#pragma once
/// NumPy's .npy files:
///   write_npy("logits.npy", values, {256, 10});  read_npy("logits.npy").as<float>()
#include <bit>
#include <type_traits>

#include <tenon/io/array.hpp>
#include <tenon/io/atomic_write.hpp>
#include <tenon/io/mapped_file.hpp>
#include <tenon/io/npy_header.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

static_assert(std::endian::native == std::endian::little, "tenon: files are read as little endian");

/// The array in a file's bytes, of versions 1 to 3, little endian, row-major.
/// @throws Error that names the file and the cause; nothing is allocated beyond the file's size.
inline Array parse_npy(std::span<const char> file, const std::string& path) {
  const std::string_view all(file.data(), file.size());
  const auto byte = [&](std::size_t i) { return std::size_t(static_cast<unsigned char>(all[i])); };
  if (!all.starts_with("\x93NUMPY"))
    throw Error(std::string(path).append(all.empty() ? " is empty" : " is no .npy file"));
  if (all.size() < 12) cannot_read(path, "it is cut short in its header");
  const std::size_t version = byte(6), begin = version == 1 ? 10 : 12;
  if (version < 1 || version > 3)
    cannot_read(path, std::string("it is of version ").append(std::to_string(version))
                          .append(" of the format; legal: 1 to 3"));
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > all.size() - begin) cannot_read(path, "it is cut short in its header");
  const auto header = parse_npy_header(all.substr(begin, length));
  if (!header) cannot_read(path, "its header is damaged or has more than 8 dimensions");
  const auto element = element_of_npy_type(header->type);
  if (!element)
    cannot_read(path, std::string("its elements are of the type '")
                          .append(header->type.substr(0, 32)).append("', which is not supported"));
  if (header->fortran_order)
    cannot_read(path, "it is in column-major order; save numpy.ascontiguousarray(...) of it");
  const std::string_view data = all.substr(begin + length);
  if (size_in_bytes(header->shape, *element) != Index(data.size()))
    cannot_read(path, std::string("it holds ").append(std::to_string(data.size()))
                          .append(" bytes, which cannot be ").append(text(*element))
                          .append(" of the shape ").append(text(header->shape)));
  return {*element, header->shape, {data.begin(), data.end()}};
}

/// @throws Error as parse_npy; also when the file cannot be read.
inline Array read_npy(const std::string& path) {
  const MappedFile file(path);
  return parse_npy(file.bytes(), path);
}

/// Writes values of one type, row-major, in version 1.0; the file appears whole or not at all.
/// @throws Error when the values are not as many as the shape says, or the file cannot be written.
void write_npy(const std::string& path, const auto& values, const Dims& shape) {
  const std::span view(values);
  using Value = std::remove_cv_t<typename decltype(view)::element_type>;
  const std::span<const char> data(reinterpret_cast<const char*>(view.data()), view.size_bytes());
  if (size_in_bytes(shape, element_of<Value>) != Index(data.size()))
    cannot_write(path, std::string(std::to_string(view.size())).append(" values are not of the ")
                           .append("shape ").append(text(shape)));
  const std::string header = npy_header(element_of<Value>, shape);
  write_file(path, {header, data});
}

}  // namespace tenon
