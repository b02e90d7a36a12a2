// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A product that cuBLASLt computes, and the algorithms that it has for it.
///   CudaProduct product(machine.products, shape, most, bias);
///   product.run(0, {a, b, c, bias, ...});
/// cuBLASLt's matrices are column by column: row-major C = A B is its C^T = B^T A^T, with B first.
#include <memory>
#include <vector>

#include <tenon/backend/cuda/check.hpp>
#include <tenon/backend/cuda/product_shape.hpp>

namespace tenon::detail {

class CudaProduct {
 public:
  /// Where the matrices are, and what is lent in between.
  struct Call {
    const void *a, *b;
    void* c;
    const void* bias;
    void* workspace;
    cudaStream_t stream;
    float factor = 1;  // of A B
  };

  /// @param most bytes of workspace
  /// @param bias where it will be, if the epilogue has one: algorithms are chosen by its alignment
  CudaProduct(cublasLtHandle_t library, const ProductShape& shape, Index most, const void* bias)
      : library_(library), shape_(shape) {
    const bool twice = shape.result == Element::float64;
    const cublasComputeType_t compute = twice                  ? CUBLAS_COMPUTE_64F
                                        : shape.tensor_float32 ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                               : CUBLAS_COMPUTE_32F;
    cublasLtMatmulDesc_t made = nullptr;
    check_cublas(cublasLtMatmulDescCreate(&made, compute, type_of(shape.result)),
                 "cublasLtMatmulDescCreate");
    product_.reset(made);
    set(CUBLASLT_MATMUL_DESC_TRANSA, shape.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, shape.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue(shape.epilogue));
    if (has_bias(shape.epilogue)) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    const ProductShape& s = shape;
    b_ = layout(s.operands, s.transpose_b ? s.inner : s.columns,
                s.transpose_b ? s.columns : s.inner, s.stride_b);
    a_ = layout(s.operands, s.transpose_a ? s.rows : s.inner, s.transpose_a ? s.inner : s.rows,
                s.stride_a, s.transpose_a ? s.whole_rows : s.inner);
    c_ = layout(s.result, s.columns, s.rows, s.stride_c);
    find_algorithms(most);
  }

  /// 0: it has no algorithm for this product and epilogue.
  std::size_t algorithms() const { return algorithms_.size(); }
  /// Forgets those of which it does not hold. @return a bit of each that is left, by its old place
  std::uint64_t keep(auto&& holds) {
    std::uint64_t kept = 0;
    std::vector<cublasLtMatmulHeuristicResult_t> left;
    for (std::size_t i = 0; i < algorithms_.size(); ++i)
      if (holds(i)) left.push_back(algorithms_[i]), kept |= std::uint64_t(1) << i;
    algorithms_ = std::move(left);
    return kept;
  }

  void run(std::size_t algorithm, const Call& call) {
    if (call.bias && has_bias(shape_.epilogue)) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, call.bias);
    const double factor = double(call.factor), zero = 0;
    const float single_zero = 0;
    const bool twice = shape_.result == Element::float64;
    const void* alpha = twice ? static_cast<const void*>(&factor) : &call.factor;
    const void* beta = twice ? static_cast<const void*>(&zero) : &single_zero;
    const cublasLtMatmulHeuristicResult_t& with = algorithms_[algorithm];
    check_cublas(cublasLtMatmul(library_, product_.get(), alpha, call.b, b_.get(), call.a, a_.get(),
                                beta, call.c, c_.get(), call.c, c_.get(), &with.algo,
                                call.workspace, with.workspaceSize, call.stream),
                 sentence("cublasLtMatmul of [", shape_.rows, ", ", shape_.inner, "] by [",
                          shape_.inner, ", ", shape_.columns, "]"));
  }

 private:
  struct Destroy {
    void operator()(cublasLtMatmulDesc_t x) const { cublasLtMatmulDescDestroy(x); }
    void operator()(cublasLtMatrixLayout_t x) const { cublasLtMatrixLayoutDestroy(x); }
    void operator()(cublasLtMatmulPreference_t x) const { cublasLtMatmulPreferenceDestroy(x); }
  };
  template <class Handle>
  using Held = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy>;
  using Layout = Held<cublasLtMatrixLayout_t>;

  static cudaDataType_t type_of(Element element) {
    if (element == Element::float64) return CUDA_R_64F;
    if (element == Element::bfloat16) return CUDA_R_16BF;
    return element == Element::float16 ? CUDA_R_16F : CUDA_R_32F;
  }
  static cublasLtEpilogue_t epilogue(CudaEpilogue e) {
    constexpr cublasLtEpilogue_t all[] = {CUBLASLT_EPILOGUE_DEFAULT, CUBLASLT_EPILOGUE_BIAS,
                                          CUBLASLT_EPILOGUE_GELU,    CUBLASLT_EPILOGUE_GELU_BIAS,
                                          CUBLASLT_EPILOGUE_RELU,    CUBLASLT_EPILOGUE_RELU_BIAS};
    return all[int(e)];
  }
  void set(cublasLtMatmulDescAttributes_t attribute, const auto& value) {
    check_cublas(cublasLtMatmulDescSetAttribute(product_.get(), attribute, &value, sizeof value),
                 "cublasLtMatmulDescSetAttribute");
  }
  /// Column by column. @param leading elements from one column to the next; 0: without gaps
  Layout layout(Element element, Index rows, Index columns, Index stride, Index leading = 0) const {
    cublasLtMatrixLayout_t made = nullptr;
    check_cublas(cublasLtMatrixLayoutCreate(&made, type_of(element), std::uint64_t(rows),
                                            std::uint64_t(columns), leading ? leading : rows),
                 "cublasLtMatrixLayoutCreate");
    Layout held(made);
    if (shape_.count == 1) return held;
    const auto count = std::int32_t(shape_.count);
    const std::int64_t elements = stride;
    check_cublas(cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                                  sizeof count),
                 "cublasLtMatrixLayoutSetAttribute");
    check_cublas(cublasLtMatrixLayoutSetAttribute(made,
                                                  CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                                  &elements, sizeof elements),
                 "cublasLtMatrixLayoutSetAttribute");
    return held;
  }

  void find_algorithms(Index most) {
    cublasLtMatmulPreference_t made = nullptr;
    check_cublas(cublasLtMatmulPreferenceCreate(&made), "cublasLtMatmulPreferenceCreate");
    const Held<cublasLtMatmulPreference_t> preference(made);
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      check_cublas(cublasLtMatmulPreferenceSetAttribute(made, attribute, &value, sizeof value),
                   "cublasLtMatmulPreferenceSetAttribute");
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t(most));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, std::uint32_t(shape_.align_b));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, std::uint32_t(shape_.align_a));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, std::uint32_t(shape_.align_c));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, std::uint32_t(shape_.align_c));
    cublasLtMatmulHeuristicResult_t found[8] = {};
    int count = 0;
    const cublasStatus_t code =
        cublasLtMatmulAlgoGetHeuristic(library_, product_.get(), b_.get(), a_.get(), c_.get(),
                                       c_.get(), made, int(std::size(found)), found, &count);
    if (code == CUBLAS_STATUS_NOT_SUPPORTED || code == CUBLAS_STATUS_INVALID_VALUE) return;
    check_cublas(code, "cublasLtMatmulAlgoGetHeuristic");
    for (int i = 0; i < count; ++i)
      if (found[i].state == CUBLAS_STATUS_SUCCESS && found[i].workspaceSize <= std::size_t(most))
        algorithms_.push_back(found[i]);
  }

  cublasLtHandle_t library_;
  ProductShape shape_;
  Held<cublasLtMatmulDesc_t> product_;
  Layout a_, b_, c_;
  std::vector<cublasLtMatmulHeuristicResult_t> algorithms_;
};

}  // namespace tenon::detail
