// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Two shapes of the same elements, cut at all places where either is:
///   unify_shape({8, 4}, {2, 16}) == {2, 4, 4}
///   expand_shape({2, 8, 32}, {16, 4, 8}) == {2, 8, 4, 8}
/// MindSpore: shape_util.cc, arrangement.cc.
#include <optional>

#include <tenon/core/dims.hpp>
#include <tenon/core/list.hpp>

namespace tenon {

/// The shape whose products from the left are those of both; nothing where they do not nest, as
/// 3 and 8.  Law: the result is finer than both, factors_of(a, result) and factors_of(b, result).
constexpr std::optional<List<Index>> unify_shape(const List<Index>& a, const List<Index>& b) {
  List<Index> merged;
  std::size_t i = 0, j = 0;
  Index done = 1, next_a = a.empty() ? 1 : a[0], next_b = b.empty() ? 1 : b[0];
  while (i < a.size() || j < b.size()) {
    const bool from_a = i < a.size() && (j == b.size() || next_a <= next_b);
    const bool from_b = j < b.size() && (i == a.size() || next_b <= next_a);
    const Index next = from_a ? next_a : next_b;
    if (next < 1 || next % done) return std::nullopt;
    merged.push_back(next / done);
    done = next;
    if (from_a && ++i < a.size()) next_a *= a[i];
    if (from_b && ++j < b.size()) next_b *= b[j];
  }
  if (product(a) != product(b)) return std::nullopt;
  return merged;
}

/// `shape` cut at the products from the right of `other` as well. The two need not have as many
/// elements: what is left of `shape` after the last product of `other` stays whole.
constexpr std::optional<List<Index>> expand_shape(const List<Index>& shape,
                                                  const List<Index>& other) {
  List<Index> products;  // from the right, ascending
  std::size_t i = shape.size(), j = other.size();
  Index a = i ? shape[i - 1] : 0, b = j ? other[j - 1] : 0;
  while (i || j) {
    if (!i) return std::nullopt;
    const bool take_a = !j || a <= b, take_b = j && b <= a;
    products.push_back(take_a ? a : b);
    if (take_a && --i) a *= shape[i - 1];
    if (take_b && --j) b *= other[j - 1];
  }
  List<Index> expanded(products.size());
  Index done = 1;
  for (std::size_t k = 0; k < products.size(); ++k) {
    if (products[k] < 1 || products[k] % done) return std::nullopt;
    expanded[products.size() - 1 - k] = products[k] / done;
    done = products[k];
  }
  return expanded;
}

/// For each size of `shape` the consecutive sizes of `finer` that make it; nothing if some make
/// none. factors_of({8, 4}, {4, 2, 2, 2}) == {{4, 2}, {2, 2}}
constexpr std::optional<List<List<Index>>> factors_of(const List<Index>& shape,
                                                      const List<Index>& finer) {
  List<List<Index>> all;
  List<Index> factors;
  Index size = 1;
  for (Index factor : finer) {
    if (all.size() == shape.size()) return std::nullopt;
    size *= factor;
    factors.push_back(factor);
    if (size > shape[all.size()]) return std::nullopt;
    if (size < shape[all.size()]) continue;
    all.push_back(factors);
    factors.clear();
    size = 1;
  }
  if (all.size() != shape.size()) return std::nullopt;
  return all;
}

}  // namespace tenon
