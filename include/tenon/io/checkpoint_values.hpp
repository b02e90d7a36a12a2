// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The wire format of MindSpore's checkpoint: values of a tag and a tensor, large tensors in
/// several values of one tag.  value { tag: "w"  tensor { dims: 96  type: "Float32"  content } }
/// MindSpore: checkpoint.proto; one value of at most 512 MiB each.
#include <utility>

#include <tenon/io/protobuf.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon::detail {

struct TypeOfElement {
  std::string_view name;
  Element element;
};
inline constexpr TypeOfElement types_of_elements[] = {
    {"Float32", Element::float32}, {"Float64", Element::float64}, {"Float16", Element::float16},
    {"BFloat16", Element::bfloat16}, {"Int8", Element::int8}, {"UInt8", Element::uint8},
    {"Int16", Element::int16}, {"UInt16", Element::uint16}, {"Int32", Element::int32},
    {"UInt32", Element::uint32}, {"Int64", Element::int64}, {"UInt64", Element::uint64},
    {"Bool", Element::boolean}, {"Int4", Element::int4x2}, {"str", Element::uint32}};

/// "Float32" is float32; a "str" is code points.
constexpr std::optional<Element> element_of_type(std::string_view type) {
  for (const TypeOfElement& known : types_of_elements)
    if (known.name == type) return known.element;
  return {};
}
constexpr std::string_view type_of_element(Element element, bool is_string) {
  if (is_string) return "str";
  for (const TypeOfElement& known : types_of_elements)
    if (known.element == element) return known.name;
  return {};
}

/// Reads tensor { dims = 1, tensor_type = 2, tensor_content = 3 } into all but the name.
inline void read_tensor(Message tensor, const Message& value, StoredTensor& stored) {
  std::optional<Element> element;
  while (tensor.next()) switch (tensor.number()) {
      case 1: tensor.append_to(stored.shape); break;
      case 2:
        element = element_of_type(tensor.text());
        stored.is_string = tensor.text() == "str";
        if (!element)
          tensor.fail(std::string(stored.name).append(" is of the type ")
                          .append(tensor.text().substr(0, 32)).append(", which is not supported"));
        break;
      case 3:
        if (!stored.chunks.empty()) tensor.fail("one value has two contents: it is damaged");
        stored.chunks.push_back(tensor.bytes());
        break;
      default: tensor.fail("a tensor has a field that checkpoints have not");
    }
  if (!element || stored.chunks.empty())
    value.fail(std::string(stored.name).append(" has no type or no content: it is damaged"));
  stored.element = *element;
}

/// Reads value { tag = 1, tensor = 2 }.
inline StoredTensor read_value(const Message& checkpoint) {
  StoredTensor stored;
  bool has_tag = false, has_tensor = false;
  for (Message value = checkpoint.message(); value.next();) switch (value.number()) {
      case 1:
        if (std::exchange(has_tag, true)) value.fail("one value has two tags: it is damaged");
        stored.name = value.name();
        break;
      case 2:
        if (std::exchange(has_tensor, true)) value.fail("one value has two tensors: it is damaged");
        read_tensor(value.message(), value, stored);
        break;
      case 3: value.fail("a hash table parameter (MapTensor), which is not supported");
      default: value.fail("a value has a field that checkpoints have not");
    }
  if (stored.name.empty() || !has_tensor)
    checkpoint.fail("a value has no tag or no tensor: it is damaged");
  return stored;
}

/// The shape as MindSpore reads it; its bytes must be those that the chunks hold.
inline void settle_shape(StoredTensor& stored, const Message& last) {
  const Index held = stored.bytes();
  if (stored.is_string) stored.shape = {held / bytes(Element::uint32)};
  else if (stored.shape == Dims{0}) stored.shape = {};
  if (size_in_bytes(stored.shape, stored.element) != held)
    last.fail(std::string(stored.name).append(" holds ").append(std::to_string(held))
                  .append(" bytes, which cannot be ").append(text(stored.element))
                  .append(" of the shape ").append(text(stored.shape)).append(": it is damaged"));
}

}  // namespace tenon::detail

namespace tenon {

/// All tensors of a checkpoint's bytes, in order; neighbours of one name are chunks of one tensor.
/// @throws Error that begins with `blame` and names the byte, when anything is damaged.
inline std::vector<StoredTensor> checkpoint_values(std::span<const char> bytes,
                                                   std::string_view blame) {
  std::vector<StoredTensor> tensors;
  Message file(bytes, blame), last = file;  // `last` stands at the last value of tensors.back()
  for (std::size_t values = 0; file.next(); ++values) {
    if (file.number() != 1) file.fail("a checkpoint has only values, and this is none");
    if (values == max_stored_tensors) file.fail("more than 262144 values, which is not supported");
    StoredTensor next = detail::read_value(file);
    if (!tensors.empty() && tensors.back().name == next.name) {
      StoredTensor& first = tensors.back();
      if (first.shape != next.shape || first.element != next.element ||
          first.is_string != next.is_string)
        file.fail(std::string(next.name).append(" goes on with another shape or type"));
      first.chunks.push_back(next.chunks.front());
    } else {
      if (!tensors.empty()) detail::settle_shape(tensors.back(), last);
      tensors.push_back(std::move(next));
    }
    last = file;
  }
  if (tensors.empty()) file.fail("it has no values");
  detail::settle_shape(tensors.back(), last);
  return tensors;
}

}  // namespace tenon
