// SPDX-License-Identifier: Apache-2.0
// A strategy and the slices of its ranks in one input: what they are taken for is written as whole
// tensors and as slices again, of as many bytes as their shapes say.
//   two sizes of 16 bits, a strategy of the first, even ranks' file of the second, odd ranks' file
#include <tenon/io/source_ranks.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/transform.hpp>

#include "fuzz.hpp"

using namespace tenon;

namespace {

constexpr Index most_ranks = 16;  // more would only take longer

/// A file in memory; the same one each time.
std::string file_of(int number, std::span<const char> bytes) {
  static const int files[] = {::memfd_create("even", 0), ::memfd_create("odd", 0)};
  const int file = files[number];
  fuzz::require(::ftruncate(file, 0) == 0);
  fuzz::require(::pwrite(file, bytes.data(), bytes.size(), 0) == ssize_t(bytes.size()));
  return std::string("/proc/self/fd/").append(std::to_string(file));
}

/// Its first and last rank's slices, and one between.
void write_slices(const ShardedTensors& from, const StrategyPlaces& to) {
  const RankContents contents(from, to);
  for (Index rank : {Index(0), to.ranks() / 2, to.ranks() - 1})
    for (const TensorSource& source : contents.of(rank))
      detail::produce_all(source, fuzz::path, [](std::span<const char>) {});
}

void transform_all(std::span<const char> bytes) {
  const auto size = [&](std::size_t at) {
    return std::size_t(std::uint8_t(bytes[at])) + 256 * std::size_t(std::uint8_t(bytes[at + 1]));
  };
  if (bytes.size() < 4) return;
  const auto take = [rest = bytes.subspan(4)](std::size_t count) mutable {
    const auto part = rest.first(std::min(count, rest.size()));
    rest = rest.subspan(part.size());
    return part;
  };
  auto next = take;
  const auto strategy_bytes = next(size(0));
  const bool is_json = file_kind(strategy_bytes) == FileKind::json;
  const StrategyFile strategy = is_json ? parse_strategy_json(strategy_bytes, fuzz::path)
                                        : parse_strategy(strategy_bytes, fuzz::path);
  StrategyPlaces places{StrategyFile(strategy)};
  const StrategyPlaces same{StrategyFile(strategy)}, whole;
  if (places.ranks() > most_ranks) return;
  const std::string even = file_of(0, next(size(2))), odd = file_of(1, next(bytes.size()));
  std::vector<std::string> paths;
  for (Index rank = 0; rank < places.ranks(); ++rank) paths.push_back(rank % 2 ? odd : even);
  const auto attempt = [](auto&& work) {
    try {
      work();
    } catch (const Error&) {
    }
  };
  attempt([&] { source_ranks(same, whole, 0); });
  attempt([&] { source_ranks(same, same, same.ranks() - 1); });
  const ShardedTensors from(paths, std::move(places));
  attempt([&] { compare_replicas(from); });
  attempt([&] { check_no_copies(from); });
  attempt([&] { write_slices(from, whole); });
  attempt([&] { write_slices(from, same); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::run(data, size, [](std::span<const char> bytes) {
    try {
      transform_all(bytes);
    } catch (const Error& error) {  // of a parameter, often
      throw Error(std::string(error.what()).append(" ").append(fuzz::path));
    }
  });
}
