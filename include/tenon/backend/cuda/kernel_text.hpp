// SPDX-License-Identifier: Apache-2.0
#pragma once
/// All kernels as text of CUDA C, for NVRTC or nvcc. They are written once over Real, Integer
/// and Word; the text has each of them for every type:  unary_Real is unary_float and unary_double
#include <string>

#include <tenon/backend/cuda/functions.hpp>
#include <tenon/backend/cuda/text/elements.hpp>
#include <tenon/backend/cuda/text/lines.hpp>
#include <tenon/backend/cuda/text/moves.hpp>
#include <tenon/backend/cuda/text/sums.hpp>
#include <tenon/backend/cuda/text/windows.hpp>

namespace tenon::detail {

inline std::string replaced(std::string text, std::string_view word, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += by.size())
    text.replace(at, word.size(), by);
  return text;
}

/// `Real unary(int function, Real x)`, of the list.
inline std::string function_text(std::string_view head, std::span<const CudaFunction> functions) {
  std::string text = std::string("__device__ Real ").append(head).append(" {\n");
  text.append("  switch (function) {\n");
  for (std::size_t i = 0; i < functions.size(); ++i)
    text.append("    case ").append(std::to_string(i)).append(": return ")
        .append(functions[i].formula).append(";\n");
  return text.append("  }\n  return Real(0);\n}\n");
}

/// What is compiled at once, when the first of its kernels is needed.
enum class KernelPart { words, of_float, of_double };

inline std::string part_text(KernelPart part) {
  std::string text;
  if (part == KernelPart::words) {
    for (const char* word : {"Word8", "Word16", "Word32", "Word64"})
      text.append(replaced(std::string(cuda_text::copies), "Word", word));
    return text.append(cuda_text::conversions);
  }
  text = function_text("unary(int function, Real x)", unary_functions)
             .append(function_text("binary(int function, Real a, Real b)", binary_functions))
             .append(cuda_text::elements)
             .append(cuda_text::lines)
             .append(cuda_text::sums)
             .append(cuda_text::windows)
             .append(cuda_text::pads);
  for (const char* integer : {"int32", "int64"})
    text.append(replaced(std::string(cuda_text::lookups), "Integer", integer));
  return replaced(std::move(text), "Real", part == KernelPart::of_float ? "float" : "double");
}
/// A part by itself.
inline std::string kernel_text(KernelPart part) {
  return std::string(cuda_text::common).append(cuda_text::lines_common).append(part_text(part));
}
/// The part that has a kernel of that name.
constexpr KernelPart part_of(std::string_view kernel) {
  if (kernel.find("_float") != kernel.npos && !kernel.starts_with("to_"))
    return KernelPart::of_float;
  return kernel.find("_double") != kernel.npos ? KernelPart::of_double : KernelPart::words;
}

/// All of them.
inline std::string kernel_text() {
  return kernel_text(KernelPart::words)
      .append(part_text(KernelPart::of_float))
      .append(part_text(KernelPart::of_double));
}

}  // namespace tenon::detail
