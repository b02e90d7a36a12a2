// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which rows of a batch are a worker's:  slice_of(1, 2, 7) is rows 3 to 7
/// A batch is the first dimension of every input and output that is not named as one without it.
#include <algorithm>
#include <string>
#include <vector>

#include <tenon/model/pool/pool_tensor.hpp>

namespace tenon {

/// Rows [begin, end).
struct RowSlice {
  Index begin = 0, end = 0;
  Index rows() const { return end - begin; }
  bool operator==(const RowSlice&) const = default;
};

/// Balanced; of a batch smaller than the number of workers some are empty.
inline RowSlice slice_of(int worker, int workers, Index rows) {
  const auto cut = [&](Index k) { return Index(__int128(k) * rows / workers); };
  return {cut(worker), cut(worker + 1)};
}

/// A scalar has no batch either.
inline bool has_batch(const PoolTensor& tensor, const std::vector<std::string>& without_batch) {
  return !tensor.shape.empty() &&
         std::find(without_batch.begin(), without_batch.end(), tensor.name) == without_batch.end();
}

/// The rows of the batch; 0 when no input has one.
/// @throws Error when the inputs differ in it, or one is not as large as its shape says.
inline Index rows_of(std::span<const PoolTensor> inputs,
                     const std::vector<std::string>& without_batch) {
  if (inputs.empty()) throw Error("a pool's model has 1 or more inputs, 0 were given");
  const PoolTensor* first = nullptr;
  for (const PoolTensor& input : inputs) {
    if (Index(input.data.size()) != checked_bytes(input))
      throw Error(sentence("the input ", input.name, " of the shape ", text(input.shape), " has ",
                           input.data.size(), " bytes instead of ", checked_bytes(input)));
    if (!has_batch(input, without_batch)) continue;
    if (input.shape[0] == 0)
      throw Error(sentence("the input ", input.name, " has 0 rows; legal: 1 or more"));
    if (!first) first = &input;
    if (input.shape[0] != first->shape[0])
      throw Error(sentence("the input ", first->name, " has ", first->shape[0], " rows, ",
                           input.name, " has ", input.shape[0],
                           "; legal: as many, or one of them is named as without_batch"));
  }
  return first ? first->shape[0] : 0;
}

/// Rows of a tensor whose first dimension is the batch.
inline PoolTensor rows_of_tensor(PoolTensor tensor, const RowSlice& slice) {
  const std::size_t row = tensor.shape[0] ? tensor.data.size() / std::size_t(tensor.shape[0]) : 0;
  tensor.data =
      tensor.data.subspan(std::size_t(slice.begin) * row, std::size_t(slice.rows()) * row);
  tensor.shape[0] = slice.rows();
  return tensor;
}

}  // namespace tenon
