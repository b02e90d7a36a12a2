// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/protobuf.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;
using namespace std::string_view_literals;

namespace {

/// The error of reading the first `count` bytes of `bytes` field by field; "" when there is none.
std::string error_of_message(std::string_view bytes, std::size_t count = std::string_view::npos) {
  return error_of([&] {
    Message message(bytes.substr(0, count), "blame: ");
    while (message.next()) {}
  });
}

}  // namespace

TEST_CASE("fields are read one after another") {
  const auto bytes = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x12\x03" "abc\x98\x06\x05"sv;
  Message message(bytes, "blame: ");
  REQUIRE(message.next());
  CHECK(message.number() == 1);
  CHECK(message.integer() == -1);
  REQUIRE(message.next());
  CHECK(message.number() == 2);
  CHECK(message.text() == "abc");
  REQUIRE(message.next());
  CHECK(message.number() == 99);
  CHECK(message.integer() == 5);
  CHECK(!message.next());
  CHECK(!message.next());
}

TEST_CASE("a field of another type than is asked for is an error at its byte") {
  Message message("\x08\x01\x12\x01" "a"sv, "blame: ");
  REQUIRE(message.next());
  CHECK(error_of([&] { message.text(); }) == "tenon: blame: at byte 0: field 1 is not bytes");
  CHECK(has(error_of([&] { message.message(); }), "field 1 is not bytes"));
  REQUIRE(message.next());
  CHECK(error_of([&] { message.integer(); }) == "tenon: blame: at byte 2: field 2 is not a number");
}

TEST_CASE("real numbers of 32 and of 64 bits") {
  Message message("\x0d\0\0\xc0\x3f\x11\0\0\0\0\0\0\x04\xc0\x1a\x04\0\0\x80\x3f"sv, "blame: ");
  REQUIRE(message.next());
  CHECK(message.real() == 1.5);
  CHECK(message.reals().size() == 4);
  CHECK(has(error_of([&] { message.integer(); }), "at byte 0: field 1 is not a number"));
  CHECK(has(error_of([&] { message.bytes(); }), "field 1 is not bytes"));
  CHECK(has(error_of([&] { message.for_each_integer([](Index) {}); }), "is not a number"));
  REQUIRE(message.next());
  CHECK(message.real() == -2.5);
  REQUIRE(message.next());
  CHECK(has(error_of([&] { message.real(); }), "field 3 is not a real number"));
  CHECK(message.reals().size() == 4);
  CHECK(has(error_of_message("\x0d" "abc"sv), "a field of 4 bytes begins, but 3 are left"));
  CHECK(has(error_of_message("\x11" "abc"sv), "a field of 8 bytes begins, but 3 are left"));
}

TEST_CASE("errors of a message in a message name the byte of the file") {
  Message outer("\x08\x01\x12\x04\x0a\x01x\x0f"sv, "blame: ");
  outer.next();
  outer.next();
  Message inner = outer.message();
  REQUIRE(inner.next());
  CHECK(has(error_of([&] { inner.next(); }), "at byte 7: a field of a type"));
}

TEST_CASE("a field longer than its message is an error, even where the file goes on") {
  const auto bytes = "\x12\x03" "abcdef"sv;
  CHECK(error_of_message(bytes, 5) == "");
  CHECK(error_of_message(bytes, 4) ==
        "tenon: blame: at byte 0: a field of 3 bytes begins, but 2 are left: it is cut short or "
        "damaged");
  CHECK(has(error_of_message(bytes, 1), "in the middle of a number"));
  CHECK(has(error_of_message("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv), "0 are left"));
}

TEST_CASE("what no message has is an error") {
  CHECK(has(error_of_message("\0\0"sv), "there is no field here"));
  CHECK(has(error_of_message("\x0b"sv), "of a type that these files have not"));    // a group
  CHECK(has(error_of_message("\x0e"sv), "of a type that these files have not"));    // no type
  CHECK(has(error_of_message("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv),
            "more than ten bytes"));
  CHECK(has(error_of_message("\xf8\xff\xff\xff\xff\xff\x01\x01"sv), "there is no field here"));
}
