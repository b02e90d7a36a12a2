// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A vector task, timed from a few of its tiles:
///   vector_time(task, chip, vector_tiling(task, chip)).task
#include <tenon/backend/ascend/time/timing.hpp>
#include <tenon/backend/ascend/vector/vector_program.hpp>

namespace tenon {

/// What its cores read and write; what is read again in parts is found in l2 if that holds it.
inline GmTraffic gm_traffic(const AscendVector& t, const AscendChip& chip,
                            const VectorTiling& tiling) {
  const detail::VectorVisits visits(t, tiling, {});
  GmTraffic traffic;
  const Index share = detail::vector_share(t, chip, tiling.cores);
  const Index all = t.is_flat() || t.down ? t.columns : t.batch * t.rows;
  const Index pieces = (all + share - 1) / share * (t.down ? t.batch : 1);
  traffic.cores = double(std::min(pieces, tiling.cores));
  double distinct = 0, again = 0;
  for (int i = 0; i < int(t.operands.size()); ++i) {
    const VectorExtent extent = t.extent(i);
    const Index numbers = extent == VectorExtent::whole  ? t.numbers()
                          : extent == VectorExtent::line ? t.lines()
                                                         : t.columns;
    const double once = double(numbers * bytes(t.element));
    const double times = extent == VectorExtent::along ? traffic.cores : 1;
    distinct += once;
    traffic.read_bytes += once * double(visits.times_read(i)) * times;
    again += once * double(visits.times_read(i) - 1);
  }
  const Index numbers = t.result_extent() == VectorExtent::whole ? t.numbers() : t.lines();
  traffic.written_bytes = double(numbers * bytes(t.result));
  // Between two readings of a line the other cores read theirs.
  const double between = traffic.cores * double(tiling.lines * t.line_numbers() * bytes(t.element));
  detail::put_misses(traffic, chip, distinct + (between > chip.l2 ? again : 0));
  return traffic;
}

namespace detail {

/// Of so many lines, or elements, `times` over; after some tiles every tile takes as long as the
/// one before it.
inline CoreTime vector_core_time(const AscendVector& t, const AscendChip& chip,
                                 const VectorTiling& tiling, const AscendCosts& costs, Index n,
                                 Index times) {
  const auto of = [&](Index size, Index count) {
    const std::vector<VectorPiece> pieces(std::size_t(count), {0, size, 0});
    return core_time(VectorCore(t, chip, tiling).instructions(pieces), costs, chip);
  };
  const Index unit = t.is_flat() ? tiling.tile : tiling.lines;
  const VectorPiece one{0, unit, 0};
  const Index visits = Index(VectorVisits(t, tiling, {&one, 1}).all.size());
  const auto grown = [](CoreTime base, CoreTime twice, const CoreTime& once, double more) {
    twice.add(once, -1);
    base.add(twice, more);
    return base;
  };
  const Index of_piece = (n + unit - 1) / unit * visits;
  if (times > 1) {
    const Index some = std::max<Index>(4, 128 / of_piece);
    if (times <= 3 * some) return of(n, times);
    return grown(of(n, 2 * some), of(n, 2 * some), of(n, some),
                 double(times - 2 * some) / double(some));
  }
  const Index all = n / unit, some = std::max<Index>(4, 128 / visits);
  if (all <= 3 * some) return of(n, 1);
  return grown(of(2 * some * unit + n % unit, 1), of(2 * some * unit, 1), of(some * unit, 1),
               double(all - 2 * some) / double(some));
}

}  // namespace detail

/// @pre the tiling is one of vector_tiling
inline AscendTime vector_time(const AscendVector& t, const AscendChip& chip,
                              const VectorTiling& tiling) {
  const GmTraffic traffic = gm_traffic(t, chip, tiling);
  const AscendCosts costs(chip, traffic);
  std::map<std::pair<Index, Index>, double> alike;  // lines and how often: of so many cores
  const Index share = detail::vector_share(t, chip, tiling.cores);
  const Index all = t.is_flat() || t.down ? t.columns : t.batch * t.rows;
  const Index each = (all + share - 1) / share, batch = t.down ? t.batch : 1;
  const Index rest = all - (each - 1) * share;
  if (each == 1) {  // one piece of each matrix, as many as it takes a core
    const Index more = batch - batch / tiling.cores * tiling.cores;
    alike[{rest, batch / tiling.cores + 1}] += double(more);
    alike[{rest, batch / tiling.cores}] += double(tiling.cores - more);
  } else {
    alike[{share, 1}] += double((each - 1) * batch);
    alike[{rest, 1}] += double(batch);
  }
  std::vector<CoresAlike> cores;
  for (const auto& [what, count] : alike)
    if (count > 0 && what.second > 0)
      cores.push_back(
          {detail::vector_core_time(t, chip, tiling, costs, what.first, what.second), count});
  return ascend_time(cores, chip, traffic);
}

}  // namespace tenon
