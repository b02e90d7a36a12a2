// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How many cycles of its pipe an instruction takes:  latency + bytes / rate, or cube's steps.
///   AscendCosts(chip, traffic).cycles(mmad of 128x256x64, false) == 512
#include <tenon/backend/ascend/time/gm_traffic.hpp>

namespace tenon {

/// Of 256 bytes, by the vector pipe, for each operand; the longer ones are sequences of others.
constexpr double vector_passes(AscendFunction function) {
  switch (function) {
    case AscendFunction::add:
    case AscendFunction::sub:
    case AscendFunction::mul:
    case AscendFunction::max:
    case AscendFunction::min: return 2;  // two operands are read one after the other
    case AscendFunction::exp:
    case AscendFunction::ln:
    case AscendFunction::sqrt:
    case AscendFunction::reciprocal:
    case AscendFunction::div: return 4;
    case AscendFunction::pow: return 10;  // exp(b ln a)
    case AscendFunction::tanh: return 14;
    case AscendFunction::erf: return 14;
    default: return 1;
  }
}

class AscendCosts {
 public:
  AscendCosts(const AscendChip& chip, const GmTraffic& traffic) : chip_(chip), t_(traffic) {
    // HBM's share of a core. What l2 writes on later takes of it from what is read.
    const double share = chip.hbm_rate * chip.hbm_efficiency / (chip.clock * t_.cores);
    const double all = t_.hbm_bytes(), read = t_.read_bytes * t_.missed;
    read_missing_ =
        std::min<double>(chip.gm_rate, all > 0 && read > 0 ? share * read / all : share);
    write_through_ = share;
  }

  /// @param idle whether the pipe had nothing to do before: then what it hides otherwise is seen
  double cycles(const AscendInstruction& i, bool idle) const {
    switch (i.op) {
      case AscendOp::copy: return i.a.buffer == AscendBuffer::gm ? read(i, idle) : written(i, idle);
      case AscendOp::load: return load(i);
      case AscendOp::mmad: return mmad(i) + (idle ? chip_.mmad_start.value : 0);
      case AscendOp::take_out: return take_out(i);
      case AscendOp::calculate: return calculate(i);
      default: return 0;
    }
  }

  double macs_per_cycle(Element element) const {
    return element == Element::int8      ? chip_.macs_int8
           : element == Element::float32 ? chip_.macs_float32
                                         : chip_.macs_float16;
  }

 private:
  static double whole(double x, double part) { return double(Index((x + part - 1) / part)); }

  /// Rows that lie one behind another are one row.
  struct Rows {
    double count, bytes;
  };
  static Rows rows(const AscendInstruction& i, Element element, Index stride, Index first) {
    Index count = i.m, wide = Index(i.n) * bytes(element), apart = stride * bytes(element);
    if (apart == 0 || apart == wide) {
      wide *= count;
      count = 1;
    }
    // Requests are of 128 bytes: what begins or ends within one asks for it whole.
    const bool aligned = first % 128 == 0 && (count == 1 || apart % 128 == 0);
    return {double(count), double((wide + 127) / 128 * 128 + (aligned ? 0 : 128))};
  }

  double read(const AscendInstruction& i, bool idle) const {
    const Rows r = rows(i, i.from, i.stride_from, i.a.offset);
    const bool to_vector = i.to.buffer == AscendBuffer::ub && chip_.separate_cores != 0;
    const double near = to_vector ? chip_.gm_rate : chip_.l2_reached_rate;
    const double hit = std::max(chip_.row_cycles.value, r.bytes / near);
    const double miss = std::max(chip_.row_cycles.value, r.bytes / std::min(near, read_missing_));
    const double each = hit * (1 - t_.missed) + miss * t_.missed;
    return chip_.copy_cycles + (idle ? chip_.copy_start.value : 0) + r.count * each;
  }

  double write_rate() const {
    const double through = std::min<double>(chip_.write_rate, write_through_);
    return 1 / ((1 - t_.written_on) / chip_.write_rate + t_.written_on / through);
  }
  double written(const AscendInstruction& i, bool idle) const {
    const Rows r = rows(i, i.into, i.stride_to, i.to.offset);
    const double each = std::max(chip_.row_cycles.value, r.bytes / write_rate());
    return chip_.copy_cycles + (idle ? chip_.copy_start.value : 0) + r.count * each;
  }

  double load(const AscendInstruction& i) const {
    const double each = double(bytes(i.from)), width = 32 / each;
    if (i.to.buffer == AscendBuffer::bt)
      return chip_.exit_latency + double(i.n) * bytes(i.into) / 32;  // bt takes 32 bytes a cycle
    const bool a = i.to.buffer == AscendBuffer::l0a;
    const double moved = whole(a ? i.m : i.n, 16) * 16 * whole(i.k, width) * width * each;
    const double latency = i.image ? chip_.load_image_latency : chip_.load_latency;
    return latency + moved / (a ? chip_.load_a_rate : chip_.load_b_rate);
  }

  double mmad(const AscendInstruction& i) const {
    const double depth = std::max(1.0, macs_per_cycle(i.from) / 256);
    return whole(i.m, 16) * whole(i.n, 16) * whole(i.k, depth);
  }

  double take_out(const AscendInstruction& i) const {
    const double numbers = whole(i.m, 16) * 16 * whole(i.n, 16) * 16;
    const double cycles = numbers / chip_.exit_rate;
    if (i.to.buffer != AscendBuffer::gm) return chip_.exit_latency + cycles;
    const Index tall = i.to_format == AscendFormat::nz ? (i.m + 15) / 16 * 16 : 0;
    AscendInstruction as_rows = i;  // columns of fractals are rows of all their numbers
    if (tall) as_rows.m = (i.n + 15) / 16, as_rows.n = std::int32_t(tall * 16);
    const Rows r = rows(as_rows, i.into, i.stride_to, i.to.offset);
    const double each = std::max(chip_.row_cycles.value, r.bytes / write_rate());
    return chip_.exit_latency + std::max(cycles, r.count * each);
  }

  double calculate(const AscendInstruction& i) const {
    const double each = double(std::max(bytes(i.from), bytes(i.into)));
    const bool gaps = i.repeats_b || i.spreads_b || is_over_row(i.function) ||
                      (i.stride_from != 0 && i.stride_from != i.n);
    const double repeats = gaps ? i.m * whole(i.n * each, chip_.vector_bytes)
                                : whole(double(i.m) * i.n * each, chip_.vector_bytes);
    return chip_.vector_start + repeats * vector_passes(i.function) * chip_.vector_operand;
  }

  AscendChip chip_;
  GmTraffic t_;
  double read_missing_ = 1, write_through_ = 1;
};

}  // namespace tenon
