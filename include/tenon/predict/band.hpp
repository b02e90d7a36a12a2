// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A time that is predicted: never one number.  Band{2e-6, 5e-6, 9e-6} + exact(1e-6)
namespace tenon {

/// Seconds: no machine of these rates is faster, the model's time, and what it may well be.
struct Band {
  double lower = 0, estimate = 0, upper = 0;

  friend constexpr Band operator+(const Band& a, const Band& b) {
    return {a.lower + b.lower, a.estimate + b.estimate, a.upper + b.upper};
  }
  friend constexpr Band& operator+=(Band& a, const Band& b) { return a = a + b; }
  friend constexpr bool operator==(const Band&, const Band&) = default;
};

constexpr Band exact(double seconds) { return {seconds, seconds, seconds}; }

}  // namespace tenon
