// SPDX-License-Identifier: Apache-2.0
// cuBLASLt of the pretended CUDA: products in plain loops over column-major matrices, with the two
// "algorithms" of one that adds from the first product, and one that adds from the last.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <tenon/core/half.hpp>
#include <tenon/core/hash.hpp>

#include "pretended.hpp"

using namespace pretended;

namespace {

struct Layout {
  cudaDataType type;
  std::uint64_t rows, columns;
  std::int64_t leading;
  std::int32_t count = 1;
  std::int64_t stride = 0;
};
struct Product {
  cublasComputeType_t compute;
  cudaDataType scale;
  cublasOperation_t first = CUBLAS_OP_N, second = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
};
struct Preference {
  std::uint64_t workspace = 0;
  std::uint32_t align_a = 256, align_b = 256, align_c = 256;  // if nobody says otherwise
};
struct Handle {
  int device;  // on which it was made, and on no other it is used
};

template <class T, class Handle>
T& of(Handle handle) {
  return *reinterpret_cast<T*>(handle);
}
/// One of the attributes that the pretended library knows.
template <class T>
cublasStatus_t set(T& to, const void* value, std::size_t size) {
  if (size != sizeof to) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(&to, value, size);
  return CUBLAS_STATUS_SUCCESS;
}

double element(const Layout& m, const void* data, std::uint64_t row, std::uint64_t column,
               std::int32_t matrix) {
  const std::size_t at =
      std::size_t(matrix * m.stride) + column * std::size_t(m.leading) + row;
  if (m.type == CUDA_R_64F) return static_cast<const double*>(data)[at];
  if (m.type == CUDA_R_32F) return static_cast<const float*>(data)[at];
  const std::uint16_t bits = static_cast<const std::uint16_t*>(data)[at];
  return m.type == CUDA_R_16BF ? tenon::from_bfloat16(bits) : tenon::from_float16(bits);
}
/// Rounded to 10 bits of fraction.
float tensor_float32(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, 4);
  bits = (bits + 0x1000) & ~0x1fffu;
  std::memcpy(&x, &bits, 4);
  return x;
}

/// One row of op(A), or one column of op(B), as numbers of T.
template <class T>
std::vector<T> line(const Layout& m, const void* data, bool down, std::uint64_t at,
                    std::int32_t matrix, bool rounds) {
  std::vector<T> all(down ? m.rows : m.columns);
  for (std::uint64_t k = 0; k < all.size(); ++k) {
    all[k] = T(element(m, data, down ? k : at, down ? at : k, matrix));
    if (rounds) all[k] = T(tensor_float32(float(all[k])));
  }
  return all;
}

/// As the device's fast tanh: wrong by 2^-11 of itself, but right at infinity.
template <class T>
T fast_tanh(T x) {
  return std::isinf(x) ? std::tanh(x) : std::tanh(x) * T(1 - 1. / 2048);
}
/// An algorithm was found for one problem, and pointers of some alignment.
struct Algorithm {
  std::uint64_t way, problem;
  std::uint32_t align_a, align_b, align_c, workspace;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

std::uint64_t number_of(const Product& p, const Layout& a, const Layout& b, const Layout& c) {
  tenon::Hash hash;
  hash.add(p.compute).add(p.scale).add(p.first).add(p.second).add(p.epilogue);
  for (const Layout* m : {&a, &b, &c})
    hash.add(m->type).add(m->rows).add(m->columns).add(m->leading).add(m->count).add(m->stride);
  return hash.value;
}
bool is_aligned(const void* data, std::uint32_t bytes) {
  return reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
}

template <class T>
void multiply(const Product& p, T factor, const Layout& a, const void* x, const Layout& b,
              const void* y, const Layout& c, void* to, bool backwards) {
  const bool a_t = p.first == CUBLAS_OP_T, b_t = p.second == CUBLAS_OP_T;
  const bool rounds = p.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
  for (std::int32_t matrix = 0; matrix < c.count; ++matrix) {
    std::vector<std::vector<T>> columns;
    for (std::uint64_t column = 0; column < c.columns; ++column)
      columns.push_back(line<T>(b, y, !b_t, column, matrix, rounds));
    for (std::uint64_t row = 0; row < c.rows; ++row) {
      const std::vector<T> u = line<T>(a, x, a_t, row, matrix, rounds);
      for (std::uint64_t column = 0; column < c.columns; ++column) {
        const std::vector<T>& v = columns[column];
        T sum = 0;
        for (std::uint64_t i = 0; i < u.size(); ++i) {
          const std::uint64_t k = backwards ? u.size() - 1 - i : i;
          sum += u[k] * v[k];
        }
        sum *= factor;
        if (p.epilogue & CUBLASLT_EPILOGUE_BIAS) sum += static_cast<const T*>(p.bias)[row];
        if (p.epilogue & CUBLASLT_EPILOGUE_RELU)
          sum = sum > 0 || (std::isnan(sum) && device().keeps_nan[backwards]) ? sum : 0;
        if (p.epilogue & CUBLASLT_EPILOGUE_GELU)
          sum = sum / 2 *
                (1 + fast_tanh(T(0.7978845608028654) * (sum + T(0.044715) * sum * sum * sum)));
        if ((p.epilogue & CUBLASLT_EPILOGUE_GELU) && std::isnan(sum) && !device().gelu_keeps_nan)
          sum = 0;
        static_cast<T*>(to)[std::size_t(matrix * c.stride) + column * std::size_t(c.leading) +
                            row] = sum;
      }
    }
  }
}

std::size_t bytes_of(const Layout& m) {
  const std::size_t size = m.type == CUDA_R_64F ? 8 : m.type == CUDA_R_32F ? 4 : 2;
  const std::size_t each = std::size_t(m.leading) * (m.columns - 1) + m.rows;
  return size * (std::size_t(m.count - 1) * std::size_t(m.stride) + each);
}

}  // namespace

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  const Turn turn;
  if (device().call("cublasLtCreate")) return CUBLAS_STATUS_NOT_INITIALIZED;
  *handle = reinterpret_cast<cublasLtHandle_t>(new Handle{current_device()});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  const Turn turn;
  if (device().call("cublasLtDestroy") == cudaErrorCudartUnloading) std::abort();  // as it does
  return delete &of<Handle>(handle), CUBLAS_STATUS_SUCCESS;
}
const char* cublasLtGetStatusName(cublasStatus_t) { return "CUBLAS_STATUS_OTHER"; }
const char* cublasLtGetStatusString(cublasStatus_t) { return "pretended"; }

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* made, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  *made = reinterpret_cast<cublasLtMatmulDesc_t>(new Product{compute, scale});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product) {
  return delete &of<Product>(product), CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t product,
                                              cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t size) {
  Product& p = of<Product>(product);
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA: return set(p.first, value, size);
    case CUBLASLT_MATMUL_DESC_TRANSB: return set(p.second, value, size);
    case CUBLASLT_MATMUL_DESC_EPILOGUE: return set(p.epilogue, value, size);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER: return set(p.bias, value, size);
    default: return CUBLAS_STATUS_INVALID_VALUE;
  }
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* made, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t columns,
                                          std::int64_t leading) {
  if (leading < std::int64_t(rows)) return CUBLAS_STATUS_INVALID_VALUE;
  *made = reinterpret_cast<cublasLtMatrixLayout_t>(new Layout{type, rows, columns, leading});
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  return delete &of<Layout>(layout), CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t attribute,
                                                const void* value, std::size_t size) {
  if (attribute == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT)
    return set(of<Layout>(layout).count, value, size);
  if (attribute == CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET)
    return set(of<Layout>(layout).stride, value, size);
  return CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* made) {
  *made = reinterpret_cast<cublasLtMatmulPreference_t>(new Preference);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  return delete &of<Preference>(preference), CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void* value, std::size_t size) {
  Preference& p = of<Preference>(preference);
  switch (attribute) {
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES: return set(p.workspace, value, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES: return set(p.align_a, value, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES: return set(p.align_b, value, size);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES: return set(p.align_c, value, size);
    default: return CUBLAS_STATUS_INVALID_VALUE;
  }
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t handle, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
    cublasLtMatmulPreference_t preference, int most, cublasLtMatmulHeuristicResult_t found[],
    int* count) {
  const Turn turn;
  if (device().call("cublasLtMatmulAlgoGetHeuristic") ||
      of<Handle>(handle).device != current_device())
    return CUBLAS_STATUS_INTERNAL_ERROR;
  const Product& p = of<Product>(product);
  const Layout &x = of<Layout>(a), &y = of<Layout>(b), &z = of<Layout>(c);
  *count = 0;
  const bool a_t = p.first == CUBLAS_OP_T, b_t = p.second == CUBLAS_OP_T;
  const bool fits = (a_t ? x.columns : x.rows) == z.rows &&
                    (b_t ? y.rows : y.columns) == z.columns &&
                    (a_t ? x.rows : x.columns) == (b_t ? y.columns : y.rows) && c == d &&
                    x.type == y.type && x.rows && x.columns && y.rows && y.columns &&
                    x.count == z.count && y.count == z.count && (z.count == 1 || z.stride);
  const bool twice = z.type == CUDA_R_64F;
  if (!fits || twice != (p.compute == CUBLAS_COMPUTE_64F) || twice != (x.type == CUDA_R_64F) ||
      p.scale != z.type)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (twice && p.epilogue != CUBLASLT_EPILOGUE_DEFAULT) return CUBLAS_STATUS_NOT_SUPPORTED;
  if ((p.epilogue & CUBLASLT_EPILOGUE_GELU) && !device().has_gelu)
    return CUBLAS_STATUS_NOT_SUPPORTED;
  if (z.count > 65535 || z.columns > 0x7fffffff) return CUBLAS_STATUS_NOT_SUPPORTED;
  // The library would take a bias that it is not told of for one that begins anywhere it likes.
  if ((p.epilogue & CUBLASLT_EPILOGUE_BIAS) && !p.bias) return CUBLAS_STATUS_INVALID_VALUE;
  const Preference& prefer = of<Preference>(preference);
  for (; *count < std::min(most, 2); ++*count) {
    found[*count] = {};
    const Algorithm algorithm{std::uint64_t(*count), number_of(p, x, y, z), prefer.align_a,
                              prefer.align_b,        prefer.align_c,        *count ? 1024u : 0};
    std::memcpy(&found[*count].algo, &algorithm, sizeof algorithm);
    found[*count].workspaceSize = algorithm.workspace;
  }
  if (prefer.workspace < 1024) *count = 1;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t product,
                              const void* alpha, const void* a, cublasLtMatrixLayout_t a_layout,
                              const void* b, cublasLtMatrixLayout_t b_layout, const void*,
                              const void*,
                              cublasLtMatrixLayout_t, void* d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* found, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  const Turn turn;
  if (device().call("cublasLtMatmul")) return CUBLAS_STATUS_EXECUTION_FAILED;
  if (device_of(stream) != current_device() || of<Handle>(handle).device != current_device())
    return CUBLAS_STATUS_INVALID_VALUE;
  const Product p = of<Product>(product);
  const Layout x = of<Layout>(a_layout), y = of<Layout>(b_layout), z = of<Layout>(d_layout);
  Algorithm algorithm;
  std::memcpy(&algorithm, found, sizeof algorithm);
  const auto way = int(algorithm.way);
  const bool twice = z.type == CUDA_R_64F;
  const double factor = twice ? *static_cast<const double*>(alpha)
                              : double(*static_cast<const float*>(alpha));
  if ((p.epilogue & CUBLASLT_EPILOGUE_BIAS) && reinterpret_cast<std::uintptr_t>(p.bias) % 16)
    return CUBLAS_STATUS_NOT_SUPPORTED;
  if (z.columns > 1u << 30) return CUBLAS_STATUS_INTERNAL_ERROR;  // though it found algorithms
  if (way == device().refuse_algorithm || algorithm.problem != number_of(p, x, y, z) ||
      workspace_bytes < algorithm.workspace ||
      (workspace_bytes && !reaches(stream, workspace, workspace_bytes)))
    return CUBLAS_STATUS_INVALID_VALUE;
  enqueue(stream, [=] {
    if (!is_aligned(a, algorithm.align_a) || !is_aligned(b, algorithm.align_b) ||
        !is_aligned(d, algorithm.align_c) || !is_aligned(workspace, 16))
      return work_failed(cudaErrorMisalignedAddress);
    const bool bias = p.epilogue & CUBLASLT_EPILOGUE_BIAS;
    if (!reaches(stream, a, bytes_of(x)) || !reaches(stream, b, bytes_of(y)) ||
        !reaches(stream, d, bytes_of(z)) ||
        (bias && !reaches(stream, p.bias, z.rows * (twice ? 8 : 4))))
      return work_failed(cudaErrorIllegalAddress);
    if (twice) multiply<double>(p, factor, x, a, y, b, z, d, way);
    else multiply<float>(p, float(factor), x, a, y, b, z, d, way);
    const auto late = device().disturbed.find(++device().calls["product"]);
    spend(device().milliseconds[way] + (late == device().disturbed.end() ? 0 : late->second));
  });
  return CUBLAS_STATUS_SUCCESS;
}
