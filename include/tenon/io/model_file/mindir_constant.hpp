// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The values of MindIR's attributes, which are also those of its Constant nodes:
///   value: { type: TUPLE values { ints: 2 } values { ints: -1 } } is {"value", {2, -1}, {}, ""}
#include <tenon/io/model_file/model_file.hpp>
#include <tenon/io/protobuf.hpp>

namespace tenon::detail {

struct MindirAttribute {
  FileAttribute value;
  Index type = 0;
  bool is_list = false;
  std::optional<Message> tensor;

  /// What only orders the nodes, or stands for nothing.
  bool is_monad() const { return type == 23 || type == 24; }
  bool is_none() const { return type == 25; }
};

/// AttributeProto { name = 1, f = 2, i = 3, d = 4, s = 5, t = 6, floats = 8, doubles = 9,
/// ints = 10, tensors = 12, type = 16, values = 17 }; lists of lists become one list.
/// @throws Error at the field: damaged, or lists in lists more than eight deep.
inline void read_mindir_value(const Message& field, MindirAttribute& into, int depth) {
  if (depth > 8) field.fail("lists in lists more than eight deep: the file is damaged");
  const auto reals = [&](const Message& part, auto one) {
    const std::span<const char> all = part.reals();
    if (all.size() % sizeof one)
      part.fail("real numbers of another number of bytes: it is damaged");
    for (std::size_t at = 0; at < all.size(); at += sizeof one) {
      std::memcpy(&one, all.data() + at, sizeof one);
      into.value.reals.push_back(double(one));
    }
  };
  for (Message part = field.message(); part.next();) switch (part.number()) {
      case 1:
        if (depth == 0) into.value.name = part.name();
        break;
      case 2: case 4: into.value.reals.push_back(part.real()); break;
      case 3: into.value.integers.push_back(part.integer()); break;
      case 5: into.value.text = part.text().substr(0, max_name_bytes); break;
      case 6: case 12: into.tensor = part; break;
      case 8: reals(part, float()); break;
      case 9: reals(part, double()); break;
      case 10: part.for_each_integer([&](Index n) { into.value.integers.push_back(n); }); break;
      case 16:
        if (depth == 0) into.type = part.integer();
        break;
      case 17:
        into.is_list = true;
        read_mindir_value(part, into, depth + 1);
        break;
    }
}

inline MindirAttribute read_mindir_attribute(const Message& field) {
  MindirAttribute read;
  read_mindir_value(field, read, 0);
  read.is_list = read.is_list || read.type == 20 || read.type == 21;  // also an empty one
  return read;
}

}  // namespace tenon::detail
