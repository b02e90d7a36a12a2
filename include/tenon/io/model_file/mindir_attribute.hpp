// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindIR's attributes as they are written; those of Constant nodes are named "value":
///   tuple_attribute("value", {2, -1}), flag_attribute("value", true)
/// MindSpore: AttributeProto { name = 1, f = 2, i = 3, d = 4, s = 5, ints = 10, type = 16,
/// values = 17 }.
#include <protozero/pbf_writer.hpp>
#include <string>

#include <tenon/core/dims.hpp>

namespace tenon::detail {

/// One message.
inline std::string written(auto&& write) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  write(writer);
  return bytes;
}

inline std::string integer_attribute(const std::string& name, Index number) {
  return written(
      [&](auto& a) { a.add_string(1, name), a.add_int64(3, number), a.add_enum(16, 7); });
}
inline std::string flag_attribute(const std::string& name, bool flag) {
  return written([&](auto& a) { a.add_string(1, name), a.add_int64(3, flag), a.add_enum(16, 9); });
}
inline std::string text_attribute(const std::string& name, std::string_view text) {
  return written([&](auto& a) {
    a.add_string(1, name), a.add_bytes(5, text.data(), text.size()), a.add_enum(16, 8);
  });
}
/// In double precision only where it must be.
inline std::string real_attribute(const std::string& name, double number) {
  const bool is_single = double(float(number)) == number;
  return written([&](auto& a) {
    a.add_string(1, name);
    if (is_single) a.add_float(2, float(number));
    else a.add_double(4, number);
    a.add_enum(16, is_single ? 1 : 11);
  });
}
inline std::string tuple_attribute(const std::string& name, const auto& numbers) {
  return written([&](auto& a) {
    a.add_string(1, name), a.add_enum(16, 20);
    for (Index number : numbers)
      a.add_message(17, written([&](auto& v) { v.add_int64(10, number), v.add_enum(16, 7); }));
  });
}
/// A tuple of tuples, as a strategy is.
inline std::string tuples_attribute(const std::string& name, const auto& lists) {
  return written([&](auto& a) {
    a.add_string(1, name), a.add_enum(16, 20);
    for (const Dims& list : lists) a.add_message(17, tuple_attribute({}, list));
  });
}

}  // namespace tenon::detail
