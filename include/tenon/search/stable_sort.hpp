// SPDX-License-Identifier: Apache-2.0
#pragma once
/// std::stable_sort that also runs in the compiler:  stable_sort(states, before)
#include <algorithm>

#include <tenon/core/list.hpp>

namespace tenon::detail {

template <class T>
constexpr void stable_sort(List<T>& items, auto&& before) {
  List<std::size_t> order;
  for (std::size_t i = 0; i < items.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (before(items[a], items[b])) return true;
    return !before(items[b], items[a]) && a < b;
  });
  List<T> sorted;
  sorted.reserve(items.size());
  for (std::size_t i : order) sorted.push_back(std::move(items[i]));
  items = std::move(sorted);
}

}  // namespace tenon::detail
