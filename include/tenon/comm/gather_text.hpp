// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The texts of all ranks, rank after rank, on every rank:  all_gather_text(communication, "rank
/// 3")
#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include <tenon/comm/communication.hpp>

namespace tenon {

/// Collective. Cost: as many bytes from each rank as the longest text has.
inline std::vector<std::string> all_gather_text(Communication& communication,
                                                std::string_view text) {
  const std::uint64_t length = text.size();
  const std::vector<std::uint64_t> lengths = communication.all_gather({&length, 1});
  std::uint64_t longest = 0;
  for (std::uint64_t other : lengths) longest = std::max(longest, other);
  std::vector<std::uint64_t> words((longest + 7) / 8);
  if (!text.empty()) std::memcpy(words.data(), text.data(), text.size());
  const std::vector<std::uint64_t> all = communication.all_gather(words);
  std::vector<std::string> texts;
  for (std::size_t rank = 0; rank < lengths.size(); ++rank)
    texts.emplace_back(reinterpret_cast<const char*>(all.data() + rank * words.size()),
                       lengths[rank]);
  return texts;
}

}  // namespace tenon
