// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The collectives of all ranks' parts, proved to meet each other before any is begun:
///   RankAgreement all(own, communication, path);  all.of(3, 0): the first one of rank 3
#include <tenon/comm/communication.hpp>
#include <tenon/model/rank_collective.hpp>

namespace tenon::detail {

class RankAgreement {
 public:
  /// Collective. @throws Error on every rank: a collective is over ranks of which one has another
  /// at that place, with other ranks, elements or sizes, or the rank is not in it itself.
  RankAgreement(const std::vector<RankCollective>& own, Communication& communication,
                const std::string& path)
      : ranks_(communication.size()) {
    const std::uint64_t count = own.size();
    for (std::uint64_t other : communication.all_gather({&count, 1}))
      if (other != count)
        throw Error(
            "the ranks' parts are of different networks: they have different numbers of "
            "collectives");
    const std::size_t words = 4 + std::size_t(ranks_);  // of each
    std::vector<std::uint64_t> numbers;
    for (const RankCollective& c : own) {
      const std::size_t end = numbers.size() + words;
      numbers.insert(numbers.end(), {std::uint64_t(c.kind), std::uint64_t(c.element),
                                     std::uint64_t(c.count), c.group.size()});
      numbers.insert(numbers.end(), c.group.begin(), c.group.end());
      numbers.resize(end);
    }
    const std::vector<std::uint64_t> all = communication.all_gather(numbers);
    for (std::size_t i = 0; i < all.size(); i += words) {
      RankCollective& c = collectives_.emplace_back();
      c.kind = RankCollective::Kind(all[i]);
      c.element = Element(all[i + 1]);
      c.count = Index(all[i + 2]);
      for (std::size_t g = 0; g < all[i + 3]; ++g) c.group.push_back(int(all[i + 4 + g]));
    }
    count_ = int(count);
    communication.together([&] { check(communication.rank(), path); });
  }

  const RankCollective& of(int rank, int number) const {
    return collectives_[std::size_t(rank * count_ + number)];
  }

 private:
  void check(int rank, const std::string& path) const {
    for (int i = 0; i < count_; ++i) {
      const RankCollective& own = of(rank, i);
      const auto fail = [&](const std::string& why) {
        throw Error(sentence("collective ", i, " of ", path, " ", why,
                             ": the file is not this rank's part of the network"));
      };
      if (std::ranges::find(own.group, rank) == own.group.end())
        fail(sentence("is without rank ", rank));
      for (int other : own.group)
        if (!(of(other, i) == own)) fail(sentence("and that of rank ", other, " differ"));
    }
  }

  int ranks_, count_ = 0;
  std::vector<RankCollective> collectives_;  // rank after rank
};

}  // namespace tenon::detail
