// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is done to finished sums, row by row:  y[m,n] = activation(y[m,n] + bias[n])
#include <tenon/core/kernel.hpp>

namespace tenon {

/// ReLU without a call for each element.
template <class T>
void finish_rows(T* y, Index rows, Index columns, const Finish& finish) {
  const T* bias = static_cast<const T*>(finish.bias);
  const bool relu = finish.activation_name == "ReLU";
  for (Index m = 0; m < rows; ++m, y += columns) {
    if (bias)
      for (Index n = 0; n < columns; ++n) y[n] += bias[n];
    if (relu)
      for (Index n = 0; n < columns; ++n) y[n] = y[n] < T(0) ? T(0) : y[n];
    else if (finish.activation)
      for (Index n = 0; n < columns; ++n) y[n] = (*finish.activation)(y[n]);
  }
}

/// The same of a block whose rows are its last dimension. @pre floats, of 4 or 8 bytes
inline void finish_block(Element element, void* y, const Dims& sizes, const Finish& finish) {
  if (!finish || product(sizes) == 0) return;
  const Index columns = sizes.empty() ? 1 : sizes.back(), rows = product(sizes) / columns;
  if (element == Element::float64) finish_rows(static_cast<double*>(y), rows, columns, finish);
  else finish_rows(static_cast<float*>(y), rows, columns, finish);
}

}  // namespace tenon
