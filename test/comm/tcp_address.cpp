// SPDX-License-Identifier: Apache-2.0
#include <tenon/comm/tcp_address.hpp>

#include <doctest/doctest.h>

#include "../support/error_of.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("an address is a host and a port") {
  CHECK(addresses_of("10.0.0.1:7000")[0].text() == "10.0.0.1:7000");
  CHECK(addresses_of("[::1]:65535")[0].text() == "[::1]:65535");
  CHECK(addresses_of("127.0.0.1:1")[0].port() == 1);
  CHECK(addresses_of("localhost:80")[0].port() == 80);
  TcpAddress address = addresses_of("10.0.0.1:7000")[0];
  address.set_port(300);
  CHECK(address.text() == "10.0.0.1:300");
  CHECK(address == addresses_of("10.0.0.1:300")[0]);
  CHECK(!(address == addresses_of("10.0.0.1:301")[0]));
}

TEST_CASE("what is no address is said with what is legal") {
  const auto error = [](const std::string& text) { return error_of([&] { addresses_of(text); }); };
  for (const char* text : {"", "host", "::1:80", "a:b:80"})
    CHECK(error(text) == sentence("tenon: \"", text,
                                  "\" is no address to meet at: legal: HOST:PORT, [IPV6]:PORT"));
  for (const char* text : {"10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:x", "h:-1"})
    CHECK(error(text) ==
          sentence("tenon: \"", text, "\" is no address to meet at: legal ports: 1 to 65535"));
  CHECK(error(":80") == "tenon: \":80\" is no address to meet at: it names no host");
  CHECK(error("no such host:80") != "");
}
