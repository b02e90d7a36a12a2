// SPDX-License-Identifier: Apache-2.0
// The laws of the one exchange, by brute force over every ordered pair of distributions.
#include <doctest/doctest.h>

#include <cstdint>
#include <tenon/layout/exchange.hpp>
#include <vector>

#include "device_matrices.hpp"

using namespace tenon;

namespace {

bool within(const Box& inner, const Box& outer) { return intersection(inner, outer) == inner; }

/// Counts one for every element of the box, in an array of the shape.
void count(const Box& box, const Dims& shape, std::vector<int>& times) {
  Dims at;
  for (const Interval& i : box) at.push_back(i.first);
  for (;;) {
    Index offset = 0;
    for (int d = 0; d < shape.size(); ++d) offset = offset * shape[d] + at[d];
    ++times[std::size_t(offset)];
    int d = shape.size() - 1;
    while (d >= 0 && ++at[d] == box[d].last) at[d] = box[d].first, --d;
    if (d < 0) return;
  }
}

/// Whether the exchange looks the same from those that give as from those that take.
bool takers_agree(const Distribution& from, const Distribution& to, Index devices) {
  const auto place = [&](Index source, Index other) {
    return std::size_t(source * devices + other);
  };
  std::vector<Box> taken(std::size_t(devices * devices)), given = taken;
  for (Index rank = 0; rank < devices; ++rank) {
    for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
      if (source != rank) taken[place(source, rank)] = box;
    });
    for_each_taker(from, to, rank, devices,
                   [&](Index other, const Box& box) { given[place(rank, other)] = box; });
  }
  return taken == given;
}

/// What is wrong with the exchange, or nothing.
const char* broken_law(const Distribution& from, const Distribution& to, Index devices) {
  if (!takers_agree(from, to, devices)) return "who gives and who takes agree";
  Index all_received = 0, all_sent = 0;
  const Digits sum = from.digits(Cut::sum);
  for (Index rank = 0; rank < devices; ++rank) {
    const Box wanted = to.box(rank), own = from.box(rank);
    std::vector<std::vector<int>> times(std::size_t(from.summands()),
                                        std::vector<int>(std::size_t(product(from.shape))));
    Index from_others = 0;
    const char* broken = nullptr;
    for_each_piece(from, wanted, rank, [&](Index source, const Box& box) {
      if (source < 0 || source >= devices) {
        broken = "the source is a rank";
        return;
      }
      if (volume(box) == 0) broken = "no piece is empty";
      if (!within(box, from.box(source))) broken = "the source holds the piece";
      if (!within(box, wanted)) broken = "the piece is wanted";
      if (block(sum, source) == block(sum, rank) && within(box, own) != (source == rank))
        broken = "the source is the rank itself where it holds the piece";
      if (source != rank) from_others += volume(box);
      if (volume(box) > 0) count(box, from.shape, times[std::size_t(block(sum, source))]);
    });
    if (broken) return broken;
    std::vector<int> once(std::size_t(product(from.shape)));
    if (volume(wanted) > 0) count(wanted, from.shape, once);
    for (const auto& summand : times)
      if (summand != once) return "the pieces cover what is wanted exactly once for every summand";
    if (from_others != received(from, to, rank)) return "received() is what is taken from others";
    all_received += from_others;
    all_sent += sent(from, to, rank, devices).elements;
  }
  return all_sent == all_received ? nullptr : "what is sent is received";
}

void check(const Dims& matrix, const Dims& shape) {
  CAPTURE(text(matrix));
  CAPTURE(text(shape));
  for (const Distribution& from : distributions(matrix, shape, true))
    for (const Distribution& to : distributions(matrix, shape, false)) {
      const char* broken = broken_law(from, to, product(matrix));
      REQUIRE_MESSAGE(!broken, broken);
    }
}

}  // namespace

TEST_CASE("from every distribution to every other, the pieces are right") {
  for (const Dims& matrix : device_matrices())
    for (const Dims& shape : {Dims{8, 8}, Dims{7, 5}, Dims{1, 10}, Dims{24, 36}, Dims{3, 2},
                              Dims{0, 4}, Dims{1}, Dims{4}, Dims{13}, Dims{}})
      check(matrix, shape);
}

TEST_CASE("also in three dimensions") {
  for (const Dims& matrix : {Dims{2, 2, 2}, Dims{2, 4}, Dims{3, 2}, Dims{5}})
    for (const Dims& shape : {Dims{4, 4, 4}, Dims{3, 1, 5}}) check(matrix, shape);
}

TEST_CASE("axes that meet on one dimension in any order") {
  const Digits digits = digits_of({2, 2, 2});
  for (const Digits& from : arrangements(digits))
    for (const Digits& to : arrangements(digits))
      for (Index size : {1, 7, 8, 12}) {
        const char* broken = broken_law(whole({size}).cut(0, from), whole({size}).cut(0, to), 8);
        REQUIRE_MESSAGE(!broken, broken);
      }
}

TEST_CASE("device matrices of one world can differ between the two sides") {
  for (const Dims& from_matrix : {Dims{2, 3}, Dims{3, 2}, Dims{6}})
    for (const Dims& to_matrix : {Dims{2, 3}, Dims{3, 2}, Dims{6}})
      for (const Distribution& from : distributions(from_matrix, {7, 5}, true))
        for (const Distribution& to : distributions(to_matrix, {7, 5}, false)) {
          const char* broken = broken_law(from, to, 6);
          REQUIRE_MESSAGE(!broken, broken);
        }
}

TEST_CASE("the cases that have names take the bytes that their names promise") {
  const Dims shape{32, 512};
  const Distribution rows = whole(shape).cut(0, {{8, 1}}), columns = whole(shape).cut(1, {{8, 1}}),
                     partial = whole(shape).cut(Cut::sum, {{8, 1}});
  for (Index rank = 0; rank < 8; ++rank) {
    CHECK(received(rows, rows, rank) == 0);
    CHECK(received(whole(shape), rows, rank) == 0);                 // slicing
    CHECK(received(rows, whole(shape), rank) == 32 * 512 / 8 * 7);  // all-gather
    CHECK(received(rows, columns, rank) == 32 * 512 / 64 * 7);      // all-to-all
    CHECK(received(partial, rows, rank) == 32 * 512 / 8 * 7);       // reduce-scatter
    CHECK(received(partial, whole(shape), rank) == 32 * 512 * 7);   // all-reduce, by pieces
    CHECK(sent(rows, columns, rank, 8).messages == 7);
  }
}

TEST_CASE("pieces of tensors near 2^62 elements are found without overflow") {
  const Index size = (Index(1) << 62) + 5;
  const Distribution from = whole({size}).cut(0, {{8, 1}}), to = whole({size}).cut(0, {{3, 1}});
  for (Index rank = 0; rank < 3; ++rank) {
    Index covered = 0, pieces = 0;
    for_each_piece(from, to.box(rank), rank, [&](Index source, const Box& box) {
      REQUIRE(++pieces <= 8);
      REQUIRE(within(box, from.box(source)));
      covered += volume(box);
    });
    CHECK(covered == volume(to.box(rank)));
  }
}
