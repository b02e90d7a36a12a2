// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A name as a type that compilers print:  Where<Text<6>{"layer1"}> is At<"layer1">
#include <cstddef>
#include <utility>

namespace tenon {

/// Clang before 17 prints strings as {{108, 97, ...}}, so it is shown letters.
template <int count>
struct Text {
  char letters[count + 1]{};
};
#if defined(__clang_major__) && __clang_major__ < 17
template <char... letters>
struct At {};
namespace detail {
template <auto text, std::size_t... i>
At<text.letters[i]...> spelled(std::index_sequence<i...>);
}
template <Text text>
using Where = decltype(detail::spelled<text>(std::make_index_sequence<sizeof(text.letters) - 1>{}));
#else
template <Text text>
struct At {};
template <Text text>
using Where = At<text>;
#endif

}  // namespace tenon
