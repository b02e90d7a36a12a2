// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether a machine's numbers can be true, and are there for so many devices:
///   check_machine(machine, 16)  // or one error with the number and what is legal
#include <charconv>

#include <tenon/core/error.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/search/machine.hpp>

namespace tenon {

namespace detail {

/// Who writes GB/s or microseconds is told the unit. 1e300 is as good as no limit.
struct MachineRange {
  double least, most;
  std::string_view legal;
  constexpr bool contains(double x) const { return x >= least && x <= most; }
};
inline constexpr MachineRange legal_flops{1e3, 1e300, "1e3 to 1e300 operations a second"};
inline constexpr MachineRange legal_rate{1e3, 1e300, "1e3 to 1e300 bytes a second"};
inline constexpr MachineRange legal_seconds{0, 10, "0 to 10 seconds"};
inline constexpr MachineRange legal_memory{1, 1e300, "1 to 1e300 bytes"};
inline constexpr MachineRange legal_cache{0, 1e300, "0 to 1e300 bytes"};
inline constexpr Index most_devices = Index(1) << 30;

inline std::string as_text(double x) {
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof digits, x).ptr);
}
constexpr void check_number(std::string_view name, double value, const MachineRange& range) {
  if (!range.contains(value))
    throw Error(sentence("the machine's ", name, " is ", as_text(value), "; legal: ", range.legal));
}
constexpr void check_link(std::string_view name, const MachineLink& link) {
  if (!legal_seconds.contains(link.exchange) || !legal_seconds.contains(link.message) ||
      !legal_rate.contains(link.rate) || !(link.sums == 0 || legal_rate.contains(link.sums)))
    throw Error(sentence("the machine's numbers ", name, " are exchange ", as_text(link.exchange),
                         ", message ", as_text(link.message), ", rate ", as_text(link.rate),
                         ", sums ", as_text(link.sums), "; legal: ", legal_seconds.legal,
                         " for exchange and message, ", legal_rate.legal,
                         " for rate and sums, sums 0: as rate"));
}

}  // namespace detail

/// @throws Error for a number out of range, a device count that is none, and for devices of several
/// nodes where it is not stated what goes between nodes.
constexpr void check_machine(const Machine& m, Index devices) {
  if (devices < 1 || devices > detail::most_devices)
    throw Error(sentence("devices: ", devices, "; legal: 1 to ", detail::most_devices));
  detail::check_number("flops", m.flops, detail::legal_flops);
  detail::check_number("memory_rate", m.memory_rate, detail::legal_rate);
  detail::check_number("step", m.step, detail::legal_seconds);
  detail::check_number("memory", m.memory, detail::legal_memory);
  detail::check_number("cache", m.cache, detail::legal_cache);
  detail::check_number("cache_rate", m.cache_rate, detail::legal_rate);
  if (m.node_ranks < 1 || m.processors < 1)
    throw Error(sentence("the machine's node_ranks is ", m.node_ranks, ", processors is ",
                         m.processors, "; legal: 1 or more of a node"));
  detail::check_link("inside", m.inside);
  if (m.between.stated()) detail::check_link("between", m.between);
  else if (devices > m.node_ranks)
    throw Error(sentence(
        "the machine says nothing of `between`, what goes between nodes: devices: ", devices,
        ", ranks of a node: ", m.node_ranks, "; legal: at most ", m.node_ranks,
        " devices, or `between` with exchange, message and rate"));
}

}  // namespace tenon
