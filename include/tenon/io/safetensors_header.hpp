// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The header of a .safetensors: eight bytes of length, then JSON of every tensor's place.
///   {"__metadata__":{"format":"ms"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}
/// Hugging Face: safetensors, "Format".
#include <algorithm>
#include <map>

#include <tenon/io/json_events.hpp>

namespace tenon {

/// Ordered from the smallest rank: safetensors' writers put the tensors of the greatest first.
struct SafetensorsType {
  std::string_view name;
  Element element;
};
inline constexpr SafetensorsType safetensors_types[] = {
    {"BOOL", Element::boolean}, {"U8", Element::uint8}, {"I8", Element::int8},
    {"I16", Element::int16}, {"U16", Element::uint16}, {"F16", Element::float16},
    {"BF16", Element::bfloat16}, {"I32", Element::int32}, {"U32", Element::uint32},
    {"F32", Element::float32}, {"F64", Element::float64}, {"I64", Element::int64},
    {"U64", Element::uint64}};

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

namespace detail {

class SafetensorsEvents : public JsonEvents {
 public:
  explicit SafetensorsEvents(std::span<const char> data) : data_(data) {}
  SafetensorsHeader header;

 private:
  void value(const JsonValue& found) override {
    using enum JsonValue::Kind;
    const std::string_view open = inside();
    const bool is_metadata = !open.empty() && name(0) == "__metadata__";
    if (open.empty() && (found.kind == object || found.kind == end)) return;
    if (open == "{" && found.kind == object) return is_metadata ? void() : begin();
    if (open == "{" && found.kind == end) return is_metadata ? void() : finish();
    if (open == "{{" && is_metadata && found.kind == text) return keep(found.string);
    if (open == "{{" && !is_metadata && name(1) == "dtype" && found.kind == text)
      return type(found.string);
    if (open == "{{" && !is_metadata && (name(1) == "shape" || name(1) == "data_offsets")) {
      if (found.kind == list) return once(name(1) == "shape" ? 2 : 4);
      if (found.kind == end) return;
    }
    if (open == "{{[" && found.kind == integer) return number(found.number);
    fail("a header has no such value here: it is damaged");
  }
  void begin() {
    if (header.tensors.size() == max_stored_tensors)
      fail("more than 262144 tensors, which is not supported");
    if (name(0).empty()) fail("a tensor without a name");
    header.tensors.emplace_back().name = name(0);
    seen_ = 0;
    offsets_ = {};
  }
  void once(int field) {
    if (seen_ & field) fail(std::string(name(0)).append(" has ").append(name(1)).append(" twice"));
    seen_ |= field;
  }
  void type(std::string_view type_name) {
    once(1);
    for (const SafetensorsType& known : safetensors_types)
      if (known.name == type_name) return void(header.tensors.back().element = known.element);
    fail(std::string(name(0)).append(" is of the type ").append(type_name.substr(0, 32))
             .append(", which is not supported"));
  }
  void number(Index number) {
    const bool is_shape = name(1) == "shape";
    Dims& numbers = is_shape ? header.tensors.back().shape : offsets_;
    if (numbers.size() == (is_shape ? max_dimensions : 2))
      fail(is_shape ? "more than 8 dimensions, which is not supported" : "more than two offsets");
    numbers.push_back(number);
  }
  void keep(std::string_view text) {
    if (header.metadata.size() == 1 << 16) fail("more than 65536 texts in __metadata__");
    if (!header.metadata.emplace(name(1), text).second)
      fail(std::string(name(1)).append(" is twice in __metadata__"));
  }
  /// The tensor's bytes are in the file and as many as its shape says.
  void finish() {
    StoredTensor& tensor = header.tensors.back();
    const auto held = static_cast<Index>(data_.size());
    if (seen_ != 7 || offsets_.size() != 2)
      fail(std::string(tensor.name).append(" lacks its dtype, shape or data_offsets"));
    const Index first = offsets_[0], last = offsets_[1];
    if (first < 0 || first > last || last > held)
      fail(std::string(tensor.name).append(" has the bytes ").append(text(first)).append(" to ")
               .append(text(last)).append(" of ").append(text(held))
               .append(" that are there: it is cut short or damaged"));
    if (size_in_bytes(tensor.shape, tensor.element) != last - first)
      fail(std::string(tensor.name).append(" holds ").append(text(last - first))
               .append(" bytes, which cannot be ").append(tenon::text(tensor.element))
               .append(" of the shape ").append(text(tensor.shape)));
    tensor.chunks = {data_.subspan(std::size_t(first), std::size_t(last - first))};
  }

  std::span<const char> data_;
  Dims offsets_;
  int seen_ = 0;  // of the tensor's three fields
};

/// Every byte belongs to one tensor: nothing is shared, nothing is left over.
inline void check_cover(SafetensorsHeader& header, std::span<const char> data, std::size_t first,
                        std::string_view blame) {
  std::sort(header.tensors.begin(), header.tensors.end(), [](const auto& a, const auto& b) {
    const auto &x = a.chunks[0], &y = b.chunks[0];
    return x.data() != y.data() ? x.data() < y.data()
           : x.size() != y.size() ? x.size() < y.size() : a.name < b.name;
  });
  const auto fail = [&](const char* at, std::string_view what, std::string_view name) {
    throw Error(std::string(blame).append("at byte ").append(std::to_string(first + std::size_t(
                    at - data.data()))).append(": ").append(what).append(name));
  };
  const char* at = data.data();
  for (const StoredTensor& tensor : header.tensors) {
    const auto& bytes = tensor.chunks[0];
    if (bytes.data() < at) fail(bytes.data(), "bytes that two tensors share, one is ", tensor.name);
    if (bytes.data() > at) fail(at, "bytes of no tensor lie before ", tensor.name);
    at += bytes.size();
  }
  if (at != data.data() + data.size()) fail(at, "bytes of no tensor lie at the end", "");
}

}  // namespace detail
}  // namespace tenon
