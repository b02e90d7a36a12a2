// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A JSON text told value by value while it is read, nothing kept of it and nothing believed:
///   {"w": {"shape": [2]}}    object; object in "{" at w; list in "{{" at w, shape; 2 in "{{["; end
#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <vector>

#include <tenon/core/dims.hpp>
#include <tenon/io/stored_tensor.hpp>

namespace tenon {

struct JsonValue {
  enum Kind { object, list, end, text, integer, other } kind;
  std::string_view string;  // of a text
  Index number = 0;         // an integer
};

/// What reads a kind of JSON file derives from this and looks at each value. The bytes and `blame`,
/// with which errors begin, must outlive it.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;

  /// @throws Error that names the byte: no JSON, nested deeper than 8, names or values too long.
  void read(std::span<const char> text, std::string_view blame, std::size_t first_byte = 0) {
    begin_ = at_ = heard_ = text.data();
    blame_ = blame;
    first_byte_ = first_byte;
    nlohmann::json::sax_parse(Cursor{this, at_}, Cursor{this, at_ + text.size()}, this);
  }

 protected:
  /// The end of an object or a list is heard where it began: with the same inside() and keys.
  virtual void value(const JsonValue& value) = 0;

  /// What is open around the value: "{{[" is a list in an object in an object.
  std::string_view inside() const { return inside_; }
  /// Where the value stands in the open objects, from the outermost.
  const std::string& name(std::size_t object) const { return keys_[object]; }

  [[noreturn]] void fail(std::string_view why) const {
    throw Error(std::string(blame_).append("at byte ")
                    .append(std::to_string(first_byte_ + std::size_t(at_ - begin_)))
                    .append(": ").append(why));
  }

 public:  // what the parser calls
  bool null() { return tell({JsonValue::other, {}}); }
  bool boolean(bool) { return tell({JsonValue::other, {}}); }
  bool number_integer(std::int64_t number) { return tell({JsonValue::integer, {}, number}); }
  bool number_unsigned(std::uint64_t number) {
    const bool fits = number <= std::uint64_t(1) << 62;
    return tell({fits ? JsonValue::integer : JsonValue::other, {}, Index(number)});
  }
  bool number_float(double, const std::string&) { return tell({JsonValue::other, {}}); }
  bool string(const std::string& text) { return tell({JsonValue::text, text}); }
  bool binary(const nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(JsonValue::object, '{'); }
  bool start_array(std::size_t) { return open(JsonValue::list, '['); }
  bool end_object() {
    keys_.pop_back();
    return end_array();
  }
  bool end_array() {
    inside_.pop_back();
    return tell({JsonValue::end, {}});
  }
  bool key(const std::string& name) {
    heard_ = at_;
    if (name.size() > max_name_bytes) fail("a name of more than 4096 bytes: the file is damaged");
    keys_.back() = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
    fail("here it is no JSON: it is cut short or damaged");
  }

 private:
  /// Goes over the text and tells the events how far.
  struct Cursor {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    JsonEvents* events;
    const char* at;

    const char& operator*() const { return *at; }
    Cursor& operator++() {
      events->at_ = at++;  // the byte that is being read
      constexpr std::ptrdiff_t longest = 1 << 20;
      if (at - events->heard_ > longest) events->fail("a value of more than 1 MiB");
      return *this;
    }
    friend bool operator==(const Cursor& a, const Cursor& b) { return a.at == b.at; }
    friend bool operator!=(const Cursor& a, const Cursor& b) { return a.at != b.at; }
  };

  bool tell(const JsonValue& found) {
    heard_ = at_;
    value(found);
    return true;
  }
  bool open(JsonValue::Kind kind, char bracket) {
    tell({kind, {}});
    if (inside_.size() == 8) fail("lists and objects nested deeper than 8");
    inside_ += bracket;
    if (bracket == '{') keys_.emplace_back();
    return true;
  }

  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* heard_ = nullptr;
  std::string_view blame_;
  std::size_t first_byte_ = 0;
  std::string inside_;
  std::vector<std::string> keys_;
};

}  // namespace tenon
