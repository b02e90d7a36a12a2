// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor to be written, wherever its bytes are:
///   TensorSource w("w", values, {3, 2});  TensorSource of_file = checkpoint.at("w");
///   TensorSource made("w", Element::float32, {3, 2}, [&](const Pieces& write) { write(part); });
#include <functional>
#include <type_traits>

#include <tenon/io/stored_tensor.hpp>

namespace tenon {

/// Takes the next bytes of a tensor, as many as one likes.
using Pieces = std::function<void(std::span<const char>)>;

struct TensorSource {
  std::string name;
  Element element = Element::float32;
  Dims shape;                                 // no dimensions: a scalar
  std::function<void(const Pieces&)> produce;  // gives all bytes, row-major, piece by piece
  bool is_string = false;                     // uint32 code points, one an element

  TensorSource(std::string name_, Element element_, const Dims& shape_,
               std::function<void(const Pieces&)> produce_, bool is_string_ = false)
      : name(std::move(name_)), element(element_), shape(shape_), produce(std::move(produce_)),
        is_string(is_string_) {}
  /// Values in memory, which must live until they are written.
  template <class Values>
    requires requires(const Values& values) { std::span(values); }
  TensorSource(std::string name_, const Values& values, const Dims& shape_)
      : name(std::move(name_)),
        element(element_of<std::remove_cv_t<typename decltype(std::span(values))::element_type>>),
        shape(shape_) {
    const auto bytes = std::as_bytes(std::span(values));
    produce = [bytes](const Pieces& write) {
      write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
  }
  /// The bytes of another file, from where they are mapped.
  TensorSource(const StoredTensor& stored)  // NOLINT: a stored tensor is one
      : name(stored.name), element(stored.element), shape(stored.shape),
        produce([chunks = stored.chunks](const Pieces& write) {
          for (const auto& chunk : chunks) write(chunk);
        }),
        is_string(stored.is_string) {}
};

namespace detail {

/// Gives the bytes to `write` and demands that they are as many as the shape says.
inline void produce_all(const TensorSource& source, const std::string& path, const Pieces& write) {
  const std::optional<Index> expected = size_in_bytes(source.shape, source.element);
  const auto refuse = [&](std::string_view found) {
    throw Error(std::string("cannot write ").append(path).append(": ").append(source.name)
                    .append(" gives ").append(found).append(" bytes, which cannot be ")
                    .append(text(source.element)).append(" of the shape ")
                    .append(text(source.shape)));
  };
  if (!expected) refuse("any number of");
  Index sum = 0;
  source.produce([&](std::span<const char> piece) {
    sum += static_cast<Index>(piece.size());
    if (sum > *expected) refuse(std::to_string(sum).append(" or more"));
    write(piece);
  });
  if (sum != *expected) refuse(std::to_string(sum));
}

}  // namespace detail
}  // namespace tenon
