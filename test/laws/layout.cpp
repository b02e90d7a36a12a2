// SPDX-License-Identifier: Apache-2.0
// Laws of layouts that the compiler proves: compiling is passing.
#include <tenon/layout/exchange.hpp>
#include <tenon/layout/record.hpp>

using namespace tenon;

// A rank's block is the number that its digits spell.
static_assert(Digit{2, 4}.of(6) == 1);
static_assert(block({{2, 4}, {2, 1}}, 5) == 3);
static_assert(with_block(0, {{2, 4}, {2, 1}}, 3) == 5);
static_assert(normal({{2, 2}, {1, 2}, {2, 1}}) == Digits{{4, 1}});
static_assert(group({{2, 4}, {2, 1}}, 2) == List<Index>{2, 3, 6, 7});

// Block k of p of a dimension of size S is [k*S/p, (k+1)*S/p), also where S < p.
static_assert(balanced_block(10, 4, 1) == Interval{2, 5});
static_assert(balanced_block(1, 8, 7) == Interval{0, 1} && balanced_block(1, 8, 0).size() == 0);

// The output of a MatMul cut ((2,1),(1,2)) on eight devices, as MindSpore records it.
constexpr LayoutRecord matmul_record{{2, 1, 2, 2}, {{3}, {1}}, {32, 512}};
static_assert(!examine(matmul_record));
static_assert(lower(matmul_record) == whole({32, 512}).cut(0, {{2, 4}}).cut(1, {{2, 2}}));
static_assert(lower(matmul_record).box(2) == Box{{0, 16}, {256, 512}});

// One exchange: what is sent is received.
constexpr bool what_is_sent_is_received(const Distribution& from, const Distribution& to,
                                        Index devices) {
  Index difference = 0;
  for (Index rank = 0; rank < devices; ++rank)
    difference += sent(from, to, rank, devices).elements - received(from, to, rank);
  return difference == 0;
}
static_assert(what_is_sent_is_received(lower(matmul_record), whole({32, 512}), 8));
static_assert(what_is_sent_is_received(whole({7, 5}).cut(1, {{3, 1}}),
                                       whole({7, 5}).cut(0, {{2, 3}}), 6));
static_assert(what_is_sent_is_received(whole({7}).cut(Cut::sum, {{6, 1}}),
                                       whole({7}).cut(0, {{6, 1}}), 6));
