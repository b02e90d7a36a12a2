// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A large MatMul's time without all of its instructions: every tile but the first few takes as
/// long as the one before it.
///   steady_matmul_time(task, chip, matmul_tiling(task, chip)).task   8192x8192x8192 in
///   milliseconds
#include <tenon/backend/ascend/matmul/matmul_program.hpp>
#include <tenon/backend/ascend/time/timing.hpp>

namespace tenon {

/// What a MatMul's cores read, tile by tile, and what of it l2 does not hold. All cores go through
/// their columns for each row of tiles: B stays in l2 beside the rows of A in work, or is read
/// again.
inline GmTraffic gm_traffic(const AscendMatMul& t, const AscendChip& chip,
                            const MatMulTiling& tiling) {
  using detail::parts_of;
  GmTraffic traffic;
  const double each = double(bytes(t.element));
  const double a = double(t.m) * double(t.k) * each / double(t.window);
  const double b = double(t.k) * double(t.n) * each;
  const double trips_n = double(parts_of(t.n, tiling.base_n));
  const double trips_m = double(parts_of(t.m, tiling.base_m));
  traffic.read_bytes = a * trips_n + b * trips_m;
  traffic.written_bytes = double(t.m) * double(t.n) * double(bytes(t.result));
  traffic.cores = double(parts_of(t.m, single_m(t, tiling)) * parts_of(t.n, single_n(t, tiling)));
  const double rows_in_work = double(tiling.cores_m * tiling.base_m) * double(t.k) * each;
  const double again = double(parts_of(single_m(t, tiling), tiling.base_m));
  const double distinct = a + b * (b + rows_in_work <= chip.l2 ? 1 : again);
  detail::put_misses(traffic, chip, distinct);
  return traffic;
}

namespace detail {

class SteadyMatMul {
 public:
  SteadyMatMul(const AscendMatMul& t, const AscendChip& chip, const MatMulTiling& tiling,
               const GmTraffic& traffic)
      : t_(t), chip_(chip), tiling_(tiling), traffic_(traffic) {}

  /// @param rounds, groups  as of batched_matmul_time
  AscendTime time(double rounds = 1, double groups = 1) const {
    const AscendCosts costs(chip_, traffic_);
    std::vector<CoresAlike> cores;
    const Index rows = single_m(t_, tiling_), columns = single_n(t_, tiling_);
    for (const auto& [m, times_m] : pieces(t_.m, rows))
      for (const auto& [n, times_n] : pieces(t_.n, columns))
        cores.push_back({all_rounds(piece_time(costs, m, n), rounds),
                         double(times_m) * double(times_n) * groups});
    return ascend_time(cores, chip_, traffic_);
  }

 private:
  using Sizes = std::vector<std::pair<Index, Index>>;  // of a part, and how often

  static CoreTime all_rounds(CoreTime time, double rounds) {
    time.add(CoreTime(time), rounds - 1);
    return time;
  }
  static Sizes pieces(Index whole, Index part) {
    Sizes sizes;
    if (whole / part) sizes.emplace_back(part, whole / part);
    if (whole % part) sizes.emplace_back(whole % part, 1);
    return sizes;
  }

  CoreTime of_piece(const AscendCosts& costs, Index m, Index n) const {
    return core_time(MatMulCore(t_, chip_, tiling_, {0, 0, m, n}).instructions(), costs, chip_);
  }

  /// T(base + times * more) from T(base), and from how much longer T(2 more) is than T(more).
  static CoreTime grown(CoreTime base, CoreTime twice, const CoreTime& once, double times) {
    twice.add(once, -1);
    base.add(twice, times);
    return base;
  }

  /// Along the columns of tiles, then along the rows of them; what remains at their ends is in the
  /// part that is timed whole.
  CoreTime along_n(const AscendCosts& costs, Index m, Index n) const {
    const Index base = tiling_.base_n, all = n / base, some = few() / 2;
    if (all <= 2 * some) return of_piece(costs, m, n);
    return grown(of_piece(costs, m, 2 * some * base + n % base),
                 of_piece(costs, m, 2 * some * base), of_piece(costs, m, some * base),
                 double(all - 2 * some) / double(some));
  }
  CoreTime piece_time(const AscendCosts& costs, Index m, Index n) const {
    const Index base = tiling_.base_m, all = m / base;
    const Index some = std::max<Index>(1, few() / 2 / parts_of(n, tiling_.base_n));
    if (all <= 2 * some) return along_n(costs, m, n);
    return grown(along_n(costs, 2 * some * base + m % base, n), along_n(costs, 2 * some * base, n),
                 along_n(costs, some * base, n), double(all - 2 * some) / double(some));
  }

  /// Tiles until buffers are full and pipes wait for the slowest alone.
  Index few() const { return std::max<Index>(8, 1024 / parts_of(t_.k, tiling_.base_k) / 2 * 2); }

  AscendMatMul t_;
  AscendChip chip_;
  MatMulTiling tiling_;
  GmTraffic traffic_;
};

}  // namespace detail

/// @param again  it is run again and again (gm_traffic.hpp, warm)
inline AscendTime steady_matmul_time(const AscendMatMul& t, const AscendChip& chip,
                                     const MatMulTiling& tiling, bool again = false) {
  check(t, chip);
  check(t, chip, tiling);
  const GmTraffic traffic = gm_traffic(t, chip, tiling);
  return detail::SteadyMatMul(t, chip, tiling, again ? warm(traffic, chip) : traffic).time();
}

/// `count` such products, `groups` of them at once, each on the tiling's cores, and as many rounds
/// of them as it takes.
/// @pre groups times the tiling's cores are no more than the chip's
inline AscendTime batched_matmul_time(const AscendMatMul& t, const AscendChip& chip,
                                      const MatMulTiling& tiling, Index count, Index groups) {
  check(t, chip);
  check(t, chip, tiling);
  GmTraffic traffic = gm_traffic(t, chip, tiling);
  const double distinct = traffic.missed * traffic.read_bytes * double(count);
  traffic.read_bytes *= double(count);
  traffic.written_bytes *= double(count);
  traffic.cores *= double(groups);
  detail::put_misses(traffic, chip, distinct);
  const double rounds = double((count + groups - 1) / groups);
  // In the last round some stand idle: cores are counted by what they do.
  return detail::SteadyMatMul(t, chip, tiling, traffic).time(rounds, double(count) / rounds);
}

}  // namespace tenon
