// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What processes say to each other before they are ranks of one job:
///   TcpGreeting{.rank = 3, .ranks = 8} is what rank 3 sends first, TcpAnswer what comes back
/// Strangers may send anything: nothing is read beyond these sizes.
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include <tenon/comm/tcp_socket.hpp>
#include <tenon/core/hash.hpp>

namespace tenon {

inline constexpr std::uint64_t tcp_magic =
    0x7070436e6f6e6554;  // of another order of bytes, another
inline constexpr std::uint32_t tcp_version = 1;
inline constexpr int most_tcp_ranks = 4096;
inline constexpr std::size_t most_text_bytes = 4096;  // of a refusal, or of an error

struct TcpGreeting {
  std::uint64_t magic = tcp_magic;
  std::uint32_t version = tcp_version;
  std::int32_t rank = 0, ranks = 0;
  std::uint32_t port = 0;     // where higher ranks are met
  std::uint64_t meeting = 0;  // between these: what rank 0 gave to each
  std::uint64_t job = 0;      // its name's hash
  std::uint64_t node = 0;     // this machine's
  std::array<char, 32> spare{};
};
static_assert(sizeof(TcpGreeting) == 80);

/// Before `bytes` more: a TcpPlace for each rank; else why not.
struct TcpAnswer {
  enum Kind : std::uint32_t { refused, accepted, given_up };
  std::uint64_t magic = tcp_magic;
  std::uint32_t version = tcp_version;
  Kind kind = refused;
  std::uint64_t meeting = 0, bytes = 0;
};
struct TcpPlace {
  std::array<char, 60> host{};
  std::uint32_t port = 0;
  std::uint64_t node = 0;
};
static_assert(sizeof(TcpPlace) == 72);

namespace detail {

std::span<const std::byte> raw(const auto& value) { return std::as_bytes(std::span(&value, 1)); }
std::span<std::byte> writable(auto& value) { return std::as_writable_bytes(std::span(&value, 1)); }

/// The machine as this process sees it: containers with names of their own are several.
inline std::uint64_t own_node() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  return Hash().add(boot).add(" ").add(name.data()).value;
}

/// Why a greeting is not that of a rank of this job; empty where it is.
inline std::string refusal(const TcpGreeting& it, const TcpGreeting& own) {
  if (it.version != own.version)
    return sentence("it speaks version ", it.version, " of the protocol, rank ", own.rank,
                    " version ", own.version);
  if (it.job != own.job) return "it is of another job";
  if (it.ranks != own.ranks)
    return sentence("it is of a job of ", it.ranks, " ranks, rank ", own.rank, " of ", own.ranks);
  if (it.rank <= own.rank || it.rank >= own.ranks)
    return sentence("it says that it is rank ", it.rank, "; legal: ", own.rank + 1, " to ",
                    own.ranks - 1);
  return {};
}

}  // namespace detail

/// Says why, if the other still listens.
inline void refuse(const TcpSocket& socket, std::string_view why,
                   TcpAnswer::Kind kind = TcpAnswer::refused) {
  const TcpAnswer answer{.kind = kind, .bytes = std::min(why.size(), most_text_bytes)};
  const Deadline soon = deadline_after(std::chrono::seconds(1));
  if (!socket.send_all(detail::raw(answer), soon)) return;
  socket.send_all(std::as_bytes(std::span(why.data(), answer.bytes)), soon);
}

}  // namespace tenon
