// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A vector with a fixed capacity that lives in constants:  Vector<Index, 8>{32, 28, 28}.
#include <initializer_list>

#include <tenon/core/error.hpp>

namespace tenon {

template <class T, int capacity>
struct Vector {
  T items[capacity]{};
  int count = 0;

  constexpr Vector() = default;
  constexpr Vector(std::initializer_list<T> list) {
    for (const T& item : list) push_back(item);
  }
  /// The items of a vector of another capacity. @throws Error where they are more than fit.
  template <int other>
  constexpr Vector(const Vector<T, other>& list) {
    for (const T& item : list) push_back(item);
  }
  /// `size` copies of `item`.
  static constexpr Vector filled(int size, const T& item) {
    Vector v;
    for (int i = 0; i < size; ++i) v.push_back(item);
    return v;
  }
  /// @throws Error beyond the capacity (in a constant: no constant).
  constexpr void push_back(const T& item) {
    if (count == capacity) throw Error("more dimensions, axes or operands than are supported");
    items[count++] = item;
  }
  constexpr void insert(int at, const T& item) {
    push_back(item);
    for (int i = count - 1; i > at; --i) items[i] = items[i - 1];
    items[at] = item;
  }
  constexpr void erase(int at) {
    for (int i = at; i + 1 < count; ++i) items[i] = items[i + 1];
    items[--count] = T();
  }
  constexpr void append(const Vector& other) {
    for (const T& item : other) push_back(item);
  }
  constexpr int size() const { return count; }
  constexpr bool empty() const { return count == 0; }
  constexpr T& operator[](int i) { return items[i]; }
  constexpr const T& operator[](int i) const { return items[i]; }
  constexpr T& back() { return items[count - 1]; }
  constexpr const T& back() const { return items[count - 1]; }
  constexpr T* begin() { return items; }
  constexpr T* end() { return items + count; }
  constexpr const T* begin() const { return items; }
  constexpr const T* end() const { return items + count; }

  friend constexpr bool operator==(const Vector& a, const Vector& b) {
    if (a.count != b.count) return false;
    for (int i = 0; i < a.count; ++i)
      if (!(a.items[i] == b.items[i])) return false;
    return true;
  }
};

/// Whether `items` holds `item`.
constexpr bool contains(const auto& items, const auto& item) {
  for (const auto& one : items)
    if (one == item) return true;
  return false;
}

}  // namespace tenon
