// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Strategies that one rank finds for all:
///   Searched found = find_together(communication, [&] { return find_strategies(graph, 8, m); });
/// A search is the same on every rank, so that each could do it by itself; but the ranks of a node
/// share its memory, and often its processors (docs/decisions/0015).
#include <tenon/comm/communication.hpp>
#include <tenon/search/ways.hpp>

namespace tenon {

namespace detail {

/// Splits as numbers: how many, and of each how many parts, and the parts; the output's likewise.
inline void put_dims(std::vector<std::uint64_t>& numbers, const Dims& dims) {
  numbers.push_back(std::uint64_t(dims.size()));
  for (Index n : dims) numbers.push_back(std::uint64_t(n));
}
inline Dims take_dims(std::span<const std::uint64_t>& numbers) {
  Dims dims;
  for (std::uint64_t i = 0; i < numbers[0]; ++i) dims.push_back(Index(numbers[1 + i]));
  numbers = numbers.subspan(1 + numbers[0]);
  return dims;
}

inline std::vector<std::uint64_t> as_numbers(const Searched& found) {
  std::vector<std::uint64_t> numbers{std::uint64_t(found.cost), found.exact};
  for (const Splits& splits : found.splits) {
    numbers.push_back(std::uint64_t(splits.inputs.size()));
    for (const Dims& split : splits.inputs) put_dims(numbers, split);
    put_dims(numbers, splits.output);
  }
  return numbers;
}
inline Searched searched_of(std::span<const std::uint64_t> numbers) {
  Searched found{{}, Picoseconds(numbers[0]), numbers[1] != 0, {}};
  for (numbers = numbers.subspan(2); !numbers.empty();) {
    Splits splits;
    const std::uint64_t inputs = numbers[0];
    numbers = numbers.subspan(1);
    for (std::uint64_t i = 0; i < inputs; ++i) splits.inputs.push_back(take_dims(numbers));
    splits.output = take_dims(numbers);
    found.splits.push_back(splits);
  }
  return found;
}

}  // namespace detail

/// Collective. @param find a Searched; rank 0 calls it, the others wait for it.
/// @throws Error on every rank, what `find` throws on rank 0.
inline Searched find_together(Communication& communication, auto&& find) {
  Searched found;
  std::string wrong;
  const bool finds = communication.rank() == 0;
  communication.together([&] {  // others wait there with patience
    try {
      if (finds) found = find();
    } catch (const std::exception& error) {
      wrong = error.what();
    }
  });
  std::vector<std::uint64_t> numbers;
  if (finds && wrong.empty()) numbers = detail::as_numbers(found);
  const std::uint64_t counts[] = {numbers.size(), wrong.size()};
  const std::vector<std::uint64_t> all = communication.all_gather(counts);
  numbers.resize(std::size_t(all[0]));
  wrong.resize(std::size_t(all[1]));
  const auto give = [&](std::span<std::byte> bytes) {
    if (bytes.empty()) return;
    if (!finds) return communication.receive(bytes, 0);
    for (int other = 1; other < communication.size(); ++other) communication.send(bytes, other);
  };
  give(std::as_writable_bytes(std::span(numbers)));
  give(std::as_writable_bytes(std::span(wrong)));
  if (!wrong.empty()) throw Error(wrong);
  return finds ? found : detail::searched_of(numbers);
}

}  // namespace tenon
