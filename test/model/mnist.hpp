// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The tutorial's network, its first 256 test images and MindSpore's logits of them in double.
///   Mnist mnist;  mnist.is_right(logits, first image)
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <tenon/io/idx.hpp>
#include <tenon/io/npy.hpp>

namespace tenon::test {

struct Mnist {
  std::vector<float> images;
  std::vector<double> logits;

  Mnist() {
    const IdxImages all = read_idx_images(TENON_EXAMPLE_DATA "/t10k-images-idx3-ubyte.gz");
    for (std::size_t i = 0; i < 256 * 784; ++i) images.push_back(float(all.pixels[i]) / 255.f);
    const Array stored = read_npy(TENON_TEST_DATA "/mindspore/reference/mlp_logits256_float64.npy");
    logits.assign(stored.as<double>().begin(), stored.as<double>().end());
  }
  std::span<const float> rows(Index first, Index count) const {
    return std::span(images).subspan(std::size_t(first * 784), std::size_t(count * 784));
  }
  /// Whether all logits are within 1e-4 of MindSpore's, and the largest is the same one: the
  /// smallest gap between the two largest is 0.055.
  bool are_right(std::span<const float> y, Index first, Index count) const {
    if (Index(y.size()) != count * 10) return false;
    for (Index i = 0; i < count; ++i) {
      const auto row = y.subspan(std::size_t(i * 10), 10);
      const auto expected = std::span(logits).subspan(std::size_t((first + i) * 10), 10);
      for (std::size_t c = 0; c < 10; ++c)
        if (!(std::abs(double(row[c]) - expected[c]) <= 1e-4)) return false;
      if (std::max_element(row.begin(), row.end()) - row.begin() !=
          std::max_element(expected.begin(), expected.end()) - expected.begin())
        return false;
    }
    return true;
  }
};

}  // namespace tenon::test
