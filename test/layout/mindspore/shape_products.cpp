// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/shape_products.hpp>

using namespace tenon;

TEST_CASE("unifying two shapes cuts at the products of both") {
  CHECK(*unify_shape({8, 4}, {2, 16}) == List<Index>{2, 4, 4});
  CHECK(*unify_shape({8}, {2, 2, 2}) == List<Index>{2, 2, 2});
  CHECK(*unify_shape({3, 2}, {3, 2}) == List<Index>{3, 2});
  CHECK_FALSE(unify_shape({2, 3}, {3, 2}));
  CHECK_FALSE(unify_shape({8}, {4}));
}

TEST_CASE("a unified shape is finer than both") {
  const List<List<Index>> shapes{{24},   {2, 12}, {12, 2}, {4, 6},    {2, 2, 6},
                                 {6, 4}, {3, 8},  {1, 24}, {2, 1, 12}};
  for (const auto& a : shapes)
    for (const auto& b : shapes) {
      const auto both = unify_shape(a, b);
      CHECK(both.has_value() == unify_shape(b, a).has_value());
      if (!both) continue;
      CHECK(product(*both) == product(a));
      CHECK(factors_of(a, *both));
      CHECK(factors_of(b, *both));
    }
}

TEST_CASE("expanding a shape adds the other's products from the right") {
  CHECK(*expand_shape({2, 8, 32}, {16, 4, 8}) == List<Index>{2, 8, 4, 8});
  CHECK(*expand_shape({2, 8, 32}, {2, 4, 8}) == List<Index>{2, 4, 2, 4, 8});
  CHECK_FALSE(expand_shape({8, 3}, {3, 8}));
  static_assert(product(*expand_shape({512, 1024}, {128, 4096})) == 512 * 1024);
}

TEST_CASE("factors of a shape are consecutive sizes of the finer one") {
  CHECK(*factors_of({8, 4}, {4, 2, 2, 2}) == List<List<Index>>{{4, 2}, {2, 2}});
  CHECK_FALSE(factors_of({8, 4}, {3, 2}));
  CHECK_FALSE(factors_of({8}, {4}));
}
