// SPDX-License-Identifier: Apache-2.0
#include <tenon/network/window.hpp>

#include <doctest/doctest.h>

#include "law.hpp"

using namespace tenon;
using namespace tenon::test;

/// Slides the window, element by element.
static void slide(const Window& w, Index size) {
  CAPTURE(w.kernel);
  CAPTURE(w.stride);
  CAPTURE(w.before);
  CAPTURE(w.after);
  CAPTURE(w.dilation);
  CAPTURE(size);
  const Index end = size + w.after;
  Index places = 0;
  for (Index first = -w.before;; first += w.stride, ++places) {
    const Index last = first + (w.kernel - 1) * w.dilation;
    if (last >= end && (w.whole_last || first >= size || first - w.stride + w.extent() >= end))
      break;
    Index in = 0, padded = 0, lowest = -1, lowest_padded = -1;
    for (Index k = 0; k < w.kernel; ++k) {
      const Index at = first + k * w.dilation;
      if (at >= 0 && at < size) lowest = in++ ? lowest : k;
      if (at >= -w.before && at < end) lowest_padded = padded++ ? lowest_padded : k;
    }
    CHECK(w.first(places) == first);
    CHECK(w.inside(places, size).size() == in);
    CHECK(w.padded(places, size).size() == padded);
    if (in) CHECK(w.inside(places, size).first == lowest);
    if (padded) CHECK(w.padded(places, size).first == lowest_padded);
  }
  CHECK(w.places(size) == places);
}

TEST_CASE("a window is where one finds it by sliding it element by element") {
  for (Index size = 0; size <= 9; ++size)
    for (Index kernel = 1; kernel <= 4; ++kernel)
      for (Index stride = 1; stride <= 4; ++stride)
        for (Index dilation = 1; dilation <= 3; ++dilation)
          for (Index before = 0; before <= 2; ++before)
            for (Index after = 0; after <= 2; ++after)
              for (const bool whole : {true, false}) {
                const Window w{kernel, stride, before, after, dilation, whole};
                const Finding finding = examine_window(w, size, 'H');
                CHECK(bool(finding) == (size + before + after < 1 + dilation * (kernel - 1)));
                if (!finding) slide(w, size);
              }
}

TEST_CASE("windows that do not fit, and numbers that no window has") {
  const auto finding = [](const Window& w, Index size) { return examine_window(w, size, 'H'); };
  CHECK(says(finding({5, 1, 1, 0, 1}, 3), Mistake::window_does_not_fit, 0, 'H', 5, 4));
  CHECK(says(finding({3, 1, 0, 0, 2}, 4), Mistake::window_does_not_fit, 0, 'H', 5, 4));
  CHECK(says(finding({0, 1, 0, 0, 1}, 4), Mistake::window_does_not_fit, 0, 'H', 0, 4));
  CHECK(says(finding({-3, 1, 0, 0, 1}, 4), Mistake::window_does_not_fit, 0, 'H', -3, 4));
  CHECK(says(finding({1, 0, 0, 0, 1}, 4), Mistake::number_too_small, 0, 'H', 0, 1));
  CHECK(says(finding({1, 1, 0, 0, -1}, 4), Mistake::number_too_small, 0, 'H', -1, 1));
  CHECK(says(finding({1, 1, -1, 0, 1}, 4), Mistake::number_too_small, 0, 'H', -1, 0));
  CHECK(says(finding({1, 1, 0, -2, 1}, 4), Mistake::number_too_small, 0, 'H', -2, 0));
  constexpr Index huge = std::numeric_limits<Index>::max();
  for (const Window& w : {Window{huge, 1, 0, 0, 1}, Window{3, 1, huge, huge, 1},
                          Window{huge, 1, huge, huge, huge}, Window{3, huge, 0, 0, 1}})
    CHECK(finding(w, 4).mistake == Mistake::window_does_not_fit);
  CHECK(finding({3, 1, 1, 1, 1}, huge).mistake == Mistake::window_does_not_fit);
}
