// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a check found: a mistake, where, and its numbers. In the compiler a Finding fails one
/// assertion (plan/verdict.hpp), at run time it becomes an Error: with the same words.
#include <string>
#include <string_view>

#include <tenon/core/dims.hpp>
#include <tenon/core/name.hpp>
#include <tenon/layout/mistake.hpp>

namespace tenon {

struct Finding {
  Mistake mistake = Mistake::none;
  Name where;          // the operator, in its graph's names
  int operand = -1;    // which input, from 0
  char dimension = 0;  // a letter of the operator's equation, or '0' + number of the dimension
  Index first = 0, second = 0;

  constexpr explicit operator bool() const { return mistake != Mistake::none; }
};

/// The Finding as one sentence, without "tenon: "; `where` is the operator's name.
inline std::string text(const Finding& finding, std::string_view where) {
  const Wording w = wording(finding.mistake);
  std::string s = "illegal ";
  s.append(w.subject).append(": ").append(w.sentence).append(": ");
  if (!where.empty()) s.append(where).append(", ");
  const auto fill = [&](std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] != '%') {
        s += pattern[i];
        continue;
      }
      switch (pattern[++i]) {
        case 'd': s += finding.dimension; break;
        case 'o': s += std::to_string(finding.operand); break;
        case 'a': s += std::to_string(finding.first); break;
        case 'b': s += std::to_string(finding.second); break;
      }
    }
  };
  std::string_view detail = w.detail;  // where no one operand is to blame, none is named
  if (finding.operand < 0 && detail.starts_with("input %o, ")) detail.remove_prefix(10);
  fill(detail);
  s += "; legal: ";
  fill(w.legal);
  return s;
}

}  // namespace tenon
