// SPDX-License-Identifier: Apache-2.0
#pragma once
/// An attribute of an ONNX node:  axis: {"axis", {1}, {}, ""}
#include <tenon/io/model_file/model_file.hpp>
#include <tenon/io/protobuf.hpp>

namespace tenon::detail {

inline void append_floats(const Message& field, std::vector<double>& reals) {
  const std::span<const char> all = field.reals();
  if (all.size() % sizeof(float)) field.fail("floats of another number of bytes: it is damaged");
  for (std::size_t at = 0; at < all.size(); at += sizeof(float)) {
    float one;
    std::memcpy(&one, all.data() + at, sizeof one);
    reals.push_back(one);
  }
}

/// A tensor is left to whoever reads the node.
/// AttributeProto { name = 1, f = 2, i = 3, s = 4, t = 5, floats = 7, ints = 8 }
inline FileAttribute read_onnx_attribute(const Message& field, std::optional<Message>& tensor) {
  FileAttribute one;
  for (Message part = field.message(); part.next();) switch (part.number()) {
      case 1: one.name = part.name(); break;
      case 2: one.reals.push_back(part.real()); break;
      case 3: one.integers.push_back(part.integer()); break;
      case 4: one.text = part.text().substr(0, max_name_bytes); break;
      case 5: tensor = part; break;
      case 7: append_floats(part, one.reals); break;
      case 8: part.for_each_integer([&](Index n) { one.integers.push_back(n); }); break;
    }
  return one;
}

}  // namespace tenon::detail
