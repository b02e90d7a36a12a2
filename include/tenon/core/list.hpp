// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A growing array for passes that also run in the compiler:  List<Step> steps;
/// steps.push_back(step). (clang 14 with libstdc++ 12 refuses std::vector<T>(n) in constants; this
/// one it takes.)
#include <cstddef>
#include <initializer_list>
#include <utility>

#include <tenon/core/error.hpp>

namespace tenon {

template <class T>
class List {
 public:
  constexpr List() = default;
  constexpr explicit List(std::size_t size) { resize(size); }
  constexpr List(std::initializer_list<T> list) {
    for (const T& item : list) push_back(item);
  }
  constexpr List(const List& other) { *this = other; }
  constexpr List(List&& other) noexcept { swap(other); }
  constexpr List& operator=(const List& other) {
    if (this == &other) return *this;
    clear();
    reserve(other.count_);
    for (const T& item : other) items_[count_++] = item;
    return *this;
  }
  constexpr List& operator=(List&& other) noexcept {
    swap(other);
    return *this;
  }
  constexpr ~List() { delete[] items_; }

  constexpr void push_back(T item) {
    if (count_ == capacity_) reserve(capacity_ ? 2 * capacity_ : 8);
    items_[count_++] = std::move(item);
  }
  constexpr void resize(std::size_t size) {
    reserve(size);
    for (std::size_t i = count_; i < size && i < most; ++i) items_[i] = T();
    count_ = size;
  }
  constexpr void clear() { count_ = 0; }
  constexpr void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    if (capacity > most) throw Error("a list of more than 2^40 items");
    T* more = new T[capacity]();
    for (std::size_t i = 0; i < count_; ++i) more[i] = std::move(items_[i]);
    delete[] items_;
    items_ = more;
    capacity_ = capacity;
  }

  constexpr std::size_t size() const { return count_; }
  constexpr bool empty() const { return count_ == 0; }
  constexpr T& operator[](std::size_t i) { return items_[i]; }
  constexpr const T& operator[](std::size_t i) const { return items_[i]; }
  constexpr T& back() { return items_[count_ - 1]; }
  constexpr const T& back() const { return items_[count_ - 1]; }
  constexpr T* data() { return items_; }
  constexpr const T* data() const { return items_; }
  constexpr T* begin() { return items_; }
  constexpr T* end() { return items_ + count_; }
  constexpr const T* begin() const { return items_; }
  constexpr const T* end() const { return items_ + count_; }

  friend constexpr bool operator==(const List& a, const List& b) {
    if (a.count_ != b.count_) return false;
    for (std::size_t i = 0; i < a.count_; ++i)
      if (!(a.items_[i] == b.items_[i])) return false;
    return true;
  }

 private:
  constexpr void swap(List& other) noexcept {
    std::swap(items_, other.items_);
    std::swap(count_, other.count_);
    std::swap(capacity_, other.capacity_);
  }
  static constexpr std::size_t most = std::size_t(1) << 40;
  T* items_ = nullptr;
  std::size_t count_ = 0, capacity_ = 0;
};

}  // namespace tenon
