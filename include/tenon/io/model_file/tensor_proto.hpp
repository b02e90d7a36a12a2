// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor of a model's protobuf, which ONNX and MindIR write alike but for the fields' numbers:
///   dims: 784 dims: 512 data_type: 1 name: "layer1.weight" raw_data: "..."
#include <tenon/io/model_file/data_type.hpp>
#include <tenon/io/model_file/external_data.hpp>
#include <tenon/io/model_file/model_file.hpp>
#include <tenon/io/protobuf.hpp>

namespace tenon::detail {

/// The numbers of TensorProto's fields; dims is 1 and data_type 2 in both.
struct TensorFields {
  std::uint64_t floats, int32s, int64s, doubles, uint64s, strings, raw, name, external;
  std::uint64_t key = 0;       // MindIR: the parameter's own name
  std::uint64_t location = 0;  // ONNX: whether the data lie outside
  std::uint64_t segment = 0, compression = 0;
};
inline constexpr TensorFields onnx_tensor{
    .floats = 4, .int32s = 5, .int64s = 7, .doubles = 10, .uint64s = 11, .strings = 6, .raw = 9,
    .name = 8, .external = 13, .location = 14, .segment = 3};
inline constexpr TensorFields mindir_tensor{
    .floats = 3, .int32s = 4, .int64s = 6, .doubles = 10, .uint64s = 11, .strings = 5, .raw = 9,
    .name = 7, .external = 12, .key = 13, .compression = 16};

/// Adds the bytes of the numbers that a tensor's field holds.
inline void append_integers(const Message& field, Element element, std::vector<char>& bytes_of) {
  const std::size_t size = std::size_t(bytes(element));
  if (element == Element::float32 || element == Element::float64)
    field.fail(std::string(text(element)).append(" are written as integers: the file is damaged"));
  field.for_each_integer([&](Index number) {
    char as_bytes[sizeof number];
    std::memcpy(as_bytes, &number, sizeof number);  // little endian: the first bytes are the number
    bytes_of.insert(bytes_of.end(), as_bytes, as_bytes + size);
  });
}

struct TensorMessage {
  StoredTensor tensor;
  std::string key;           // MindIR's ref_key
  bool has_values = false;   // MindIR may leave them to a checkpoint
};

/// Where the values lie outside the model.
struct ExternalPlace {
  std::string location;
  Index offset = 0;
  std::optional<Index> length;
};

/// ONNX: entries of text, key and value; MindIR: one message of a text and two numbers.
inline void read_external_place(const Message& field, ModelFormat format, ExternalPlace& place) {
  std::string key, value;
  for (Message part = field.message(); part.next();) {
    if (format == ModelFormat::onnx) (part.number() == 1 ? key : value) = part.name();
    else if (part.number() == 1) place.location = part.name();
    else if (part.number() == 2) place.offset = part.integer();
    else if (part.number() == 3) place.length = part.integer();
  }
  const auto number = [&] {
    if (value.empty() || value.size() > 18 || value.find_first_not_of("0123456789") != value.npos)
      field.fail(
          std::string("the ").append(key).append(" of a tensor outside the model is no number"));
    return Index(std::stoll(value));
  };
  if (key == "location") place.location = value;
  if (key == "offset") place.offset = number();
  if (key == "length") place.length = number();
}

/// Reads a tensor whose bytes stay where they are; those that are written as numbers go to `owned`.
/// @throws Error that names the byte, or the tensor: damaged, of a type that is not supported, or
/// of other bytes than its shape says.
inline TensorMessage read_tensor_proto(const Message& field, ModelFormat format,
                                       ExternalData& beside, ModelFile& model) {
  const TensorFields& f = format == ModelFormat::onnx ? onnx_tensor : mindir_tensor;
  TensorMessage read;
  StoredTensor& tensor = read.tensor;
  Index type = 0;
  std::optional<Element> reals;  // of fields of real numbers
  ExternalPlace outside;
  bool is_outside = false, is_text = false;
  std::vector<Message> numbers;  // fields of numbers, until the type is known
  for (Message part = field.message(); part.next();) {
    const std::uint64_t n = part.number();
    if (n == 1) part.append_to(tensor.shape);
    else if (n == 2) type = part.integer();
    else if (n == f.name) tensor.name = part.name();
    else if (n == f.key) read.key = part.name();
    else if (n == f.raw) tensor.chunks.push_back(part.bytes());
    else if (n == f.floats) reals = Element::float32, tensor.chunks.push_back(part.reals());
    else if (n == f.doubles) reals = Element::float64, tensor.chunks.push_back(part.reals());
    else if (n == f.int32s || n == f.int64s || n == f.uint64s) numbers.push_back(part);
    else if (n == f.strings) is_text = true;
    else if (n == f.location) is_outside = part.integer() == 1;
    else if (n == f.external) read_external_place(part, format, outside);
    else if (n == f.segment) part.fail("a tensor in segments, which is not supported");
    else if (n == f.compression && part.integer() != 0)
      part.fail("a compressed tensor, which is not supported; legal: an export without it");
  }
  is_outside = is_outside || (format == ModelFormat::mindir && !outside.location.empty());
  const std::string_view called = read.key.empty() ? tensor.name : read.key;
  const auto element = element_of_data_type(type, format);
  if (!element || is_text || (reals && reals != element))
    field.fail(std::string("the tensor ").append(called).append(" has elements of the type ")
                   .append(text(type)).append(", which is not supported"));
  tensor.element = *element;
  if (is_outside) try {
      tensor.chunks = {beside.bytes(outside.location, outside.offset, outside.length)};
    } catch (const Error& error) {
      field.fail(std::string("the tensor ").append(called).append(": ")
                     .append(std::string_view(error.what()).substr(7)));  // without "tenon: "
    }
  if (!numbers.empty()) {
    std::vector<char> values;
    for (const Message& part : numbers) append_integers(part, *element, values);
    model.owned.push_back(std::move(values));
    tensor.chunks.push_back(model.owned.back());
  }
  const auto size = size_in_bytes(tensor.shape, *element);
  read.has_values = !tensor.chunks.empty() || format == ModelFormat::onnx;
  if (!size || (read.has_values && size != tensor.bytes()))
    field.fail(std::string("the tensor ").append(called).append(" holds ")
                   .append(text(tensor.bytes())).append(" bytes, which cannot be ")
                   .append(text(*element)).append(" of the shape ").append(text(tensor.shape))
                   .append(": it is cut short or damaged"));
  return read;
}

}  // namespace tenon::detail
