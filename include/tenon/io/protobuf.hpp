// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A protobuf message read field by field; whatever is damaged becomes an Error with its byte.
///   for (Message m(file.bytes(), "cannot read x: "); m.next();) if (m.number() == 1) m.text();
#include <protozero/exception.hpp>
#include <protozero/types.hpp>
#include <protozero/varint.hpp>

#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <tenon/core/dims.hpp>

namespace tenon {

/// Copies and allocates nothing; the bytes and `blame`, with which errors begin, must outlive it.
class Message {
 public:
  Message(std::span<const char> file, std::string_view blame)
      : Message(file.data(), file.data(), file.data() + file.size(), blame) {}

  /// Goes to the next field; false at the end of the message.
  /// @throws Error when the field is damaged or is longer than the message.
  bool next() {
    field_ = at_;
    if (at_ == end_) return false;
    const std::uint64_t key = varint();
    number_ = key >> 3;
    if (number_ == 0 || number_ >> 29 != 0) fail("there is no field here: the file is damaged");
    switch (static_cast<protozero::pbf_wire_type>(key & 7)) {
      case protozero::pbf_wire_type::varint:
        kind_ = Kind::integer;
        value_ = varint();
        return true;
      case protozero::pbf_wire_type::fixed32: return fixed(Kind::real32, 4);
      case protozero::pbf_wire_type::fixed64: return fixed(Kind::real64, 8);
      case protozero::pbf_wire_type::length_delimited:
        kind_ = Kind::bytes;
        take(varint());
        return true;
      default: fail("a field of a type that these files have not: the file is damaged");
    }
  }

  std::uint64_t number() const { return number_; }
  std::span<const char> bytes() const {
    if (kind_ != Kind::bytes) fail_type("bytes");
    return bytes_;
  }
  std::string_view text() const { return {bytes().data(), bytes().size()}; }
  /// Text that is a name; damage must not make one of megabytes.
  std::string name() const {
    if (bytes().size() > 4096) fail("a name of more than 4096 bytes: the file is damaged");
    return std::string(text());
  }
  Message message() const {
    return {file_, bytes().data(), bytes().data() + bytes().size(), blame_};
  }
  Index integer() const {
    if (kind_ != Kind::integer) fail_type("a number");
    return static_cast<Index>(value_);
  }
  /// A float or a double.
  double real() const {
    if (kind_ == Kind::real64) return real_as<double>();
    if (kind_ != Kind::real32) fail_type("a real number");
    return real_as<float>();
  }
  /// The bytes of one float or double, or of many that are packed.
  std::span<const char> reals() const {
    if (kind_ == Kind::integer) fail_type("real numbers");
    return bytes_;
  }
  /// Adds the numbers of a repeated field, written one a field or packed.
  /// @throws Error beyond the capacity.
  template <int capacity>
  void append_to(Vector<Index, capacity>& numbers) const {
    for_each_integer([&](Index number) {
      if (numbers.size() == capacity)
        fail(std::string("more than ").append(std::to_string(capacity))
                 .append(" dimensions or axes, which is not supported"));
      numbers.push_back(number);
    });
  }
  /// visit(number) for those of a repeated field, written one a field or packed.
  void for_each_integer(auto&& visit) const {
    if (kind_ != Kind::bytes) return visit(integer());
    for (Message packed = message(); packed.at_ != packed.end_;)
      visit(static_cast<Index>(packed.varint()));
  }

  /// @throws Error that begins with the blame and names the byte where the current field begins.
  [[noreturn]] void fail(std::string_view why) const {
    throw Error(std::string(blame_).append("at byte ").append(std::to_string(field_ - file_))
                    .append(": ").append(why));
  }

 private:
  enum class Kind : std::uint8_t { integer, bytes, real32, real64 };

  Message(const char* file, const char* first, const char* last, std::string_view blame)
      : file_(file), field_(first), at_(first), end_(last), blame_(blame) {}

  std::uint64_t varint() {
    try {
      return protozero::decode_varint(&at_, end_);
    } catch (const protozero::exception&) {
      fail(end_ - at_ < protozero::max_varint_length
               ? "it ends in the middle of a number: it is cut short or damaged"
               : "a number of more than ten bytes: the file is damaged");
    }
  }
  void take(std::uint64_t size) {
    if (size > std::uint64_t(end_ - at_))
      fail(std::string("a field of ").append(std::to_string(size)).append(" bytes begins, but ")
               .append(std::to_string(end_ - at_))
               .append(" are left: it is cut short or damaged"));
    bytes_ = {at_, static_cast<std::size_t>(size)};
    at_ += size;
  }
  bool fixed(Kind kind, std::uint64_t size) {
    kind_ = kind;
    take(size);
    return true;
  }
  template <class Real>
  Real real_as() const {
    Real value;
    std::memcpy(&value, bytes_.data(), sizeof value);
    return value;
  }
  [[noreturn]] void fail_type(std::string_view expected) const {
    fail(std::string("field ").append(std::to_string(number_)).append(" is not ").append(expected));
  }

  const char* file_;
  const char* field_;
  const char* at_;
  const char* end_;
  std::string_view blame_;
  std::uint64_t number_ = 0, value_ = 0;
  Kind kind_ = Kind::integer;
  std::span<const char> bytes_;
};

}  // namespace tenon
