// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the outputs of all workers are together: [128, 10] of worker 0 and [128, 10] of worker 1
/// are rows of [256, 10]; those without a batch are the same on all of them.
#include <tenon/model/pool/pool_worker.hpp>

namespace tenon {

/// An output of the whole batch.
struct SplicedOutput {
  SentTensor whole;  // where it lies: at its offset
  bool has_batch = true;
  Index stride = 0;  // without a batch: from one worker's to the next one's

  /// Of another batch.
  void set_rows(Index rows) {
    if (!has_batch) return;
    if (whole.sizes[0]) whole.bytes = whole.bytes / whole.sizes[0] * rows;
    whole.sizes[0] = rows;
  }
  /// The part of it that a worker gives.
  /// @param place among those who are asked
  SentTensor part(const RowSlice& slice, int place) const {
    SentTensor part = whole;
    if (!has_batch) {
      part.offset += place * stride;
      return part;
    }
    const Index row = whole.sizes[0] ? whole.bytes / whole.sizes[0] : 0;
    part.sizes[0] = slice.rows();
    part.bytes = row * slice.rows();
    part.offset += row * slice.begin;
    return part;
  }
};

/// @param workers those who were asked, in the order of their rows.
/// @throws Error when they do not fit together.
inline std::vector<SplicedOutput> splice(std::span<PoolWorker* const> workers,
                                         const std::vector<std::string>& without_batch,
                                         bool inputs_have_batch) {
  const PoolWorker& first = *workers.front();
  std::vector<SplicedOutput> all;
  for (std::size_t i = 0; i < first.outputs().size(); ++i) {
    const SentTensor& one = first.outputs()[i];
    const bool batch = inputs_have_batch && has_batch(one.at(nullptr), without_batch);
    Index rows = 0;
    for (const PoolWorker* worker : workers) {
      const auto wrong = [&](const auto&... words) {
        throw Error(sentence("worker ", worker->number(), ": ", words...));
      };
      if (worker->outputs().size() != first.outputs().size())
        wrong("it has ", worker->outputs().size(), " outputs, worker ", first.number(), " has ",
              first.outputs().size());
      const SentTensor& other = worker->outputs()[i];
      Dims shape = other.shape(), expected = one.shape();
      if (batch && !shape.empty() && !expected.empty()) {
        if (shape[0] != worker->slice.rows())
          wrong("its output ", i, ", ", other.name(), ", has the shape ", text(shape), " for ",
                worker->slice.rows(),
                " rows of the batch; legal: as many rows, or it is named as without_batch");
        rows += shape[0];
        shape[0] = expected[0] = 0;
      }
      if (other.name() != one.name() || other.element != one.element || shape != expected)
        wrong("its output ", i, " is ", other.name(), ", ", text(other.shape()), " of ",
              text(Element(other.element)), "; worker ", first.number(), " has ", one.name(), ", ",
              text(one.shape()), " of ", text(Element(one.element)));
    }
    SplicedOutput output{one, batch, 0};
    if (!batch) output.stride = (one.bytes + 63) / 64 * 64;
    output.set_rows(rows);
    all.push_back(output);
  }
  return all;
}

}  // namespace tenon
