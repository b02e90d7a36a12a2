// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one vector core does of a task: the next tile comes while one is computed and the one
/// before leaves.
///   VectorCore(task, chip, tiling).instructions(vector_pieces(task, chip, tiling)[0])
#include <tenon/backend/ascend/vector/vector_arithmetic.hpp>

namespace tenon::detail {

class VectorCore {
 public:
  VectorCore(const AscendVector& task, const AscendChip& chip, const VectorTiling& tiling)
      : t_(task),
        tiling_(tiling),
        r_(task, tiling),
        copies_(task, chip, r_),
        arithmetic_(task, copies_, r_) {
    in_.buffers = out_.buffers = tiling.buffers;
  }

  std::vector<AscendInstruction> instructions(std::span<const VectorPiece> pieces) {
    const VectorVisits visits(t_, tiling_, pieces);
    if (visits.all.empty()) return {};
    visits_ = &visits;
    in_.open(w_);
    out_.open(w_);
    bring_constants(visits.all[0]);
    copy_in(0);
    for (std::size_t i = 0; i < visits.all.size(); ++i) {
      if (in_.buffers > 1) copy_in(i + 1);
      compute(visits.all[i]);
      if (in_.buffers == 1) copy_in(i + 1);
    }
    in_.close(w_);
    out_.close(w_);
    return std::move(w_.instructions);
  }

 private:
  using enum AscendPipe;
  int operands() const { return int(t_.operands.size()); }

  /// What all tiles take: no event of a ring's.
  void bring_constants(const VectorVisit& v) {
    bool any = false;
    for (int i = 0; i < operands(); ++i)
      if (r_.is_constant(i)) copies_.in(w_, v, i, 0), any = true;
    if (!any) return;
    w_.set(mte2, vector, in_.buffers);
    w_.wait(mte2, vector, in_.buffers);
    for (int i = 0; i < operands(); ++i)
      if (r_.is_constant(i)) arithmetic_.bring(w_, {v, in_.to_use(), 0}, i);
  }

  void copy_in(std::size_t at) {
    if (at >= visits_->all.size()) return;
    in_.fill(w_);
    for (int i = 0; i < operands(); ++i)
      if (!r_.is_constant(i) && visits_->reads(visits_->all[at], i))
        copies_.in(w_, visits_->all[at], i, in_.to_fill());
    in_.filled(w_);
  }

  void compute(const VectorVisit& v) {
    in_.use(w_);
    if (visits_->opens(v)) out_.fill(w_);
    const VectorPlace here{v, in_.to_use(), out_.to_fill()};
    for (int i = 0; i < operands(); ++i)
      if (!r_.is_constant(i) && visits_->reads(v, i)) arithmetic_.bring(w_, here, i);
    for (int value = operands(); value < t_.values(); ++value)
      if (visits_->computes(v, value)) {
        if (visits_->is_reduction(value)) arithmetic_.reduce(w_, here, value);
        else arithmetic_.calculate(w_, here, value);
      }
    in_.used(w_);
    if (!visits_->stores(v)) return;
    arithmetic_.finish(w_, here);
    out_.filled(w_);
    out_.use(w_);
    copies_.out(w_, v, out_.to_use());
    out_.used(w_);
  }

  AscendVector t_;
  VectorTiling tiling_;
  VectorRegisters r_;
  VectorCopies copies_;
  VectorArithmetic arithmetic_;
  const VectorVisits* visits_ = nullptr;
  ProgramWriter w_;
  BufferRing in_{mte2, vector, 0, 2}, out_{vector, mte3, 0, 2};
};

}  // namespace tenon::detail
