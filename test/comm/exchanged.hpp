// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Exchanges of random blocks:  exchanged<float>(communication, from, to, run) is what a rank has
/// after it.
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include <tenon/comm/communication.hpp>
#include <tenon/plan/moving.hpp>
#include <tenon/run/exchange_of.hpp>

#include "../layout/device_matrices.hpp"

namespace tenon::test {

/// A device matrix of so many ranks.
inline Dims matrix_of(int ranks) {
  return ranks == 8   ? Dims{2, 2, 2}
         : ranks == 6 ? Dims{2, 3}
         : ranks == 4 ? Dims{2, 2}
                      : Dims{ranks};
}

/// Summand s of element e in a run, such that sums depend on the order in which they are added;
/// of small whole numbers they do not.
template <class T>
T summand(Index element, Index s, Index run, bool small) {
  const std::uint64_t mixed = (std::uint64_t(element) * 2654435761u + std::uint64_t(s) * 40503u +
                               std::uint64_t(run) * 977u) %
                              10007;
  if (small) return T(mixed % 100);
  return std::is_integral_v<T> ? T(mixed + std::uint64_t(element) * 65536u)
                               : T(mixed) / T(1 + mixed % 13);
}

/// This rank's block, element for element from its place in the whole.
template <class T>
std::vector<T> block_of(const Distribution& x, Index rank, auto&& value) {
  std::vector<T> block;
  for_each_run(region(x.box(rank), whole_box(x.shape)), region(x.box(rank)),
               [&](Index in, Index, Index run) {
                 for (Index i = 0; i < run; ++i) block.push_back(value(in + i));
               });
  return block;
}

template <class T>
std::vector<T> held(const Distribution& from, Index rank, Index run, bool small = false) {
  const Index own = block(from.digits(Cut::sum), rank);
  return block_of<T>(from, rank, [&](Index e) { return summand<T>(e, own, run, small); });
}

/// What a rank is to have: summands added in the order of their blocks.
template <class T>
std::vector<T> wanted(const Distribution& from, const Distribution& to, Index rank, Index run,
                      bool small = false) {
  return block_of<T>(to, rank, [&](Index e) {
    T sum = summand<T>(e, 0, run, small);
    for (Index s = 1; s < from.summands(); ++s) sum += summand<T>(e, s, run, small);
    return sum;
  });
}

/// An exchange as an executor has it: prepared once, its memory where a plan would have it.
template <class T>
struct Prepared {
  Distribution from, to;
  Communication& communication;
  std::vector<std::byte> scratch;
  std::vector<T> x, y;
  std::unique_ptr<Exchange> exchange;

  Prepared(Communication& c, const Distribution& a, const Distribution& b)
      : from(a),
        to(b),
        communication(c),
        scratch(std::size_t(detail::scratch_of(a, b, sizeof(T), c.size()))),
        x(held<T>(a, c.rank(), 0)),
        y(std::size_t(volume(b.box(c.rank())))),
        exchange(c.prepare(
            [&](int rank) { return exchange_of(from, to, rank, c.size(), element_of<T>); }, scratch,
            3)) {}

  /// @param at_source whether x is made where the exchange wants it.
  const T* run(const std::vector<T>& data, bool at_source, const Finish& finish = {}) {
    std::byte* const source = exchange->source();
    std::byte* const at = at_source && source ? source : reinterpret_cast<std::byte*>(x.data());
    if (!data.empty()) std::memcpy(at, data.data(), data.size() * sizeof(T));
    return reinterpret_cast<const T*>(exchange->run(at, y.data(), finish));
  }
};

template <class T>
bool same_bits(const T* a, const std::vector<T>& b) {
  return b.empty() || std::memcmp(a, b.data(), b.size() * sizeof(T)) == 0;
}

}  // namespace tenon::test
