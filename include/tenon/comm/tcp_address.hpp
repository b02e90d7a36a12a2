// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a process is met:  addresses_of("10.0.0.1:7000")[0].text() == "10.0.0.1:7000"
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

struct TcpAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;

  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage); }
  friend bool operator==(const TcpAddress& a, const TcpAddress& b) {
    return a.size == b.size && std::memcmp(&a.storage, &b.storage, a.size) == 0;
  }

  int family() const { return storage.ss_family; }
  std::uint16_t port() const {
    in_port_t port;
    std::memcpy(&port, reinterpret_cast<const char*>(&storage) + port_at, sizeof port);
    return ntohs(port);
  }
  void set_port(std::uint16_t number) {
    const in_port_t port = htons(number);
    std::memcpy(reinterpret_cast<char*>(&storage) + port_at, &port, sizeof port);
  }
  /// "10.0.0.1", "fe80::1%eth0"
  std::string host() const {
    char text[NI_MAXHOST] = "";
    ::getnameinfo(data(), size, text, sizeof text, nullptr, 0, NI_NUMERICHOST);
    return text;
  }
  std::string text() const {
    return family() == AF_INET6 ? sentence("[", host(), "]:", port())
                                : sentence(host(), ":", port());
  }

 private:
  static constexpr std::size_t port_at = offsetof(sockaddr_in, sin_port);
  static_assert(port_at == offsetof(sockaddr_in6, sin6_port));
};

/// What a host's name and a port stand for; a name may have several addresses.
/// @param text "host:port", "[::1]:port"
/// @throws Error where it is none, or nobody knows the host.
inline std::vector<TcpAddress> addresses_of(const std::string& text) {
  const auto fail = [&](std::string_view why) {
    throw Error(sentence("\"", text, "\" is no address to meet at: ", why));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || text.size() > 300) fail("legal: HOST:PORT, [IPV6]:PORT");
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != host.npos) fail("legal: HOST:PORT, [IPV6]:PORT");
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || last != end || port == 0) fail("legal ports: 1 to 65535");
  if (host.empty()) fail("it names no host");
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found))
    fail(::gai_strerror(code));
  std::vector<TcpAddress> addresses;
  for (const addrinfo* at = found; at; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    TcpAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
    address.set_port(port);
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) fail("the host has no address");
  return addresses;
}

}  // namespace tenon
