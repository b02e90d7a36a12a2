// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A protobuf message read field by field; whatever is damaged becomes an Error with its byte.
///   for (Message m(file.bytes(), "cannot read x: "); m.next();) if (m.number() == 1) m.text();
#include <protozero/exception.hpp>
#include <protozero/types.hpp>
#include <protozero/varint.hpp>

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
        has_bytes_ = false;
        value_ = varint();
        return true;
      case protozero::pbf_wire_type::length_delimited: {
        has_bytes_ = true;
        const std::uint64_t size = varint();
        if (size > std::uint64_t(end_ - at_))
          fail(std::string("a field of ").append(std::to_string(size)).append(" bytes begins, but ")
                   .append(std::to_string(end_ - at_))
                   .append(" are left: it is cut short or damaged"));
        bytes_ = {at_, static_cast<std::size_t>(size)};
        at_ += size;
        return true;
      }
      default: fail("a field of a type that these files have not: the file is damaged");
    }
  }

  std::uint64_t number() const { return number_; }
  std::span<const char> bytes() const {
    if (!has_bytes_) fail_type("bytes");
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
    if (has_bytes_) fail_type("a number");
    return static_cast<Index>(value_);
  }
  /// Adds the numbers of a repeated field, written one a field or packed.
  /// @throws Error beyond the capacity.
  template <int capacity>
  void append_to(Vector<Index, capacity>& numbers) const {
    const auto append = [&](std::uint64_t number) {
      if (numbers.size() == capacity)
        fail(std::string("more than ").append(std::to_string(capacity))
                 .append(" dimensions or axes, which is not supported"));
      numbers.push_back(static_cast<Index>(number));
    };
    if (!has_bytes_) return append(value_);
    for (Message packed = message(); packed.at_ != packed.end_;) append(packed.varint());
  }

  /// @throws Error that begins with the blame and names the byte where the current field begins.
  [[noreturn]] void fail(std::string_view why) const {
    throw Error(std::string(blame_).append("at byte ").append(std::to_string(field_ - file_))
                    .append(": ").append(why));
  }

 private:
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
  [[noreturn]] void fail_type(std::string_view expected) const {
    fail(std::string("field ").append(std::to_string(number_)).append(" is not ").append(expected));
  }

  const char* file_;
  const char* field_;
  const char* at_;
  const char* end_;
  std::string_view blame_;
  std::uint64_t number_ = 0, value_ = 0;
  bool has_bytes_ = false;
  std::span<const char> bytes_;
};

}  // namespace tenon
