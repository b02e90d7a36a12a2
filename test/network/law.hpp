// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Runs an operator's law, and asks what it says of shapes:
///   law(MatMul(true), {a, b}, Element::float32)[{2, 5}]
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include <tenon/core/region.hpp>
#include <tenon/layout/placement.hpp>
#include <tenon/network/operator.hpp>

namespace tenon::test {

/// Calls visit(at) for every place of a tensor, row-major.
void for_each_place(const Dims& shape, auto&& visit) {
  if (product(shape) == 0) return;
  Dims at = Dims::filled(shape.size(), 0);
  for (;;) {
    visit(at);
    int d = shape.size() - 1;
    while (d >= 0 && ++at[d] == shape[d]) at[d--] = 0;
    if (d < 0) return;
  }
}

/// A tensor in double, whatever its elements are where it is computed.
struct Tensor {
  Dims shape;
  Element element = Element::float32;
  std::vector<double> values;

  Tensor() = default;
  explicit Tensor(const Dims& dims, Element of = Element::float32)
      : shape(dims), element(of), values(std::size_t(product(dims))) {}
  double& operator[](const Dims& at) { return values[index(at)]; }
  double operator[](const Dims& at) const { return values[index(at)]; }
  /// The value at the places of another tensor that are aligned at the last dimension, where a size
  /// of one is repeated.
  double aligned(const Dims& at) const {
    Dims own;
    for (int d = 0; d < shape.size(); ++d)
      own.push_back(shape[d] == 1 ? 0 : at[d + at.size() - shape.size()]);
    return (*this)[own];
  }

 private:
  std::size_t index(const Dims& at) const {
    Index i = 0;
    for (int d = 0; d < shape.size(); ++d) i = i * shape[d] + at[d];
    return std::size_t(i);
  }
};

/// Of every place, f(place).
Tensor tensor(const Dims& shape, auto&& f) {
  Tensor t(shape);
  for_each_place(shape, [&](const Dims& at) { t[at] = f(at); });
  return t;
}

/// Numbers that a float holds, between -2 and 2, in a fixed order.
class Random {
 public:
  explicit Random(unsigned seed) : generator_(seed) {}
  Index between(Index first, Index last) {
    return std::uniform_int_distribution<Index>(first, last)(generator_);
  }
  double number() { return double(between(-2048, 2048)) / 1024; }
  Tensor numbers(const Dims& shape) {
    return tensor(shape, [&](const Dims&) { return number(); });
  }
  Tensor indices(const Dims& shape, Index first, Index last, Element element) {
    Tensor t = tensor(shape, [&](const Dims&) { return double(between(first, last)); });
    t.element = element;
    return t;
  }
  Dims shape(int rank, Index largest) {
    Dims dims;
    for (int d = 0; d < rank; ++d) dims.push_back(between(1, largest));
    return dims;
  }

 private:
  std::mt19937 generator_;
};

/// Memory of elements of any type, to and from double.
class Elements {
 public:
  Elements(Element element, Index count) : element_(element), bytes_(std::size_t(count * 8 + 8)) {}
  void* data() { return bytes_.data(); }
  void set(Index i, double value) {
    visit([&](auto* p) { p[i] = std::remove_reference_t<decltype(*p)>(value); });
  }
  double get(Index i) {
    double value = 0;
    visit([&](auto* p) { value = double(p[i]); });
    return value;
  }

 private:
  void visit(auto&& action) {
    void* p = bytes_.data();
    switch (element_) {
      case Element::float32: return action(static_cast<float*>(p));
      case Element::float64: return action(static_cast<double*>(p));
      case Element::int32: return action(static_cast<std::int32_t*>(p));
      default: return action(static_cast<std::int64_t*>(p));
    }
  }
  Element element_;
  std::vector<std::byte> bytes_;
};

inline Operands operands(const auto& operation, const std::vector<Tensor>& inputs) {
  Operands o;
  for (const Tensor& x : inputs) o.shapes.push_back(x.shape), o.elements.push_back(x.element);
  o.attributes = operation.attributes();
  o.splits = operation.splits;
  return o;
}

/// A device's way of doing the operator, from and to the host's memory.
void run_on_device(const Operator& op, const KernelCall& call);

/// The law on these blocks of the inputs, as the block `box` of the result. An operator without a
/// law keeps the elements as they are.
inline void run(const Operator& op, const Attributes& attributes, const std::vector<Tensor>& inputs,
                const Vector<Box, 4>& boxes, Element floating, const Box& box, Tensor& result,
                bool adds) {
  std::vector<Elements> memory;
  KernelCall call;
  call.attributes = attributes;
  for (int i = 0; i < boxes.size(); ++i) {
    const Tensor& x = inputs[std::size_t(i)];
    const Element element = x.element == Element::float32 ? floating : x.element;
    Elements& block = memory.emplace_back(element, volume(boxes[i]));
    Index n = 0;
    for_each_place(sizes(boxes[i]), [&](Dims at) {
      for (int d = 0; d < at.size(); ++d) at[d] += boxes[i][d].first;
      block.set(n++, x[at]);
    });
    call.inputs.push_back({block.data(), boxes[i], element, x.shape});
  }
  Elements y(floating, volume(box));
  for (Index i = 0; i < volume(box); ++i) y.set(i, 77);  // the law writes every element
  call.output = {y.data(), box, floating, result.shape};
#ifdef TENON_TEST_DEVICE  // of test/cuda: a device's kernels instead of the laws
  if (op.law(floating)) run_on_device(op, call);
#else
  if (op.law(floating)) op.law(floating)(call);
#endif
  Index n = 0;
  for_each_place(sizes(box), [&](Dims at) {
    for (int d = 0; d < at.size(); ++d) at[d] += box[d].first;
    const double value = op.law(floating) ? y.get(n) : memory[0].get(n);
    ++n;
    result[at] = adds ? result[at] + value : value;
  });
}

/// The law on whole tensors, in a floating type.
inline Tensor law(const auto& operation, const std::vector<Tensor>& inputs,
                  Element floating = Element::float64) {
  const Operands o = operands(operation, inputs);
  const Result result = operation.info.infer(o);
  REQUIRE(!result.finding);
  Vector<Box, 4> boxes;
  for (const Tensor& x : inputs) boxes.push_back(whole_box(x.shape));
  Tensor y(result.shape);
  run(operation.info, o.attributes, inputs, boxes, floating, whole_box(y.shape), y, false);
  return y;
}

/// How far two tensors are apart, in units of the largest value; infinite where shapes differ, or
/// one is NaN where the other is not.
inline double distance(const Tensor& a, const Tensor& b) {
  if (!(a.shape == b.shape)) return std::numeric_limits<double>::infinity();
  double far = 0, largest = 1;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double x = a.values[i], y = b.values[i];
    if (std::isnan(x) && std::isnan(y)) continue;
    if (std::isnan(x) != std::isnan(y)) return std::numeric_limits<double>::infinity();
    if (x == y) continue;
    far = std::max(far, std::abs(x - y));
    largest = std::max(largest, std::abs(y));
  }
  return far / largest;
}

/// Checks the law in float and in double against what is expected.
inline void check_law(const auto& operation, const std::vector<Tensor>& inputs,
                      const Tensor& expected) {
  CHECK(distance(law(operation, inputs, Element::float64), expected) < 1e-13);
  CHECK(distance(law(operation, inputs, Element::float32), expected) < 3e-6);
}

/// The equation tells the truth about the law: whatever letter is cut, into however many parts, the
/// blocks' results are the whole result's blocks; or its summands, where the output lacks the
/// letter.
inline void check_equation(const auto& operation, const std::vector<Tensor>& inputs) {
  const Operands o = operands(operation, inputs);
  const Equation e = operation.info.equation(o);
  const Tensor expected = law(operation, inputs);
  for (char letter : e.order)
    for (Index parts = 1; may_be_cut(letter) && parts <= 5; ++parts) {
      const Placement p = place(e, o.shapes, expected.shape, LetterCuts{{letter, {parts, 1}}});
      if (p.finding) {
        CHECK(p.finding.mistake == Mistake::cut_reshaped_unevenly);
        continue;
      }
      Tensor y(expected.shape);
      for (Index rank = 0; rank < parts; ++rank) {
        Vector<Box, 4> boxes;
        for (const Distribution& x : p.inputs) boxes.push_back(x.box(rank));
        run(operation.info, o.attributes, inputs, boxes, Element::float64, p.output.box(rank), y,
            p.output.partial());
      }
      CAPTURE(letter);
      CAPTURE(parts);
      CHECK(distance(y, expected) < 1e-13);
    }
}

inline std::string equation_of(const auto& operation, const std::vector<Tensor>& inputs) {
  return text(operation.info.equation(operands(operation, inputs)));
}

inline Finding finding_of(const auto& operation, const std::vector<Tensor>& inputs) {
  return operation.info.infer(operands(operation, inputs)).finding;
}

inline Dims shape_of(const auto& operation, const std::vector<Tensor>& inputs) {
  return operation.info.infer(operands(operation, inputs)).shape;
}

/// Whether a Finding says this, with these numbers.
inline bool says(const Finding& f, Mistake mistake, int operand = -1, char dimension = 0,
                 Index first = 0, Index second = 0) {
  return f.mistake == mistake && f.operand == operand && f.dimension == dimension &&
         f.first == first && f.second == second;
}

/// A tensor of 64-bit floats, of integers, ...
inline Tensor of(Element element, const Dims& shape) { return Tensor(shape, element); }

}  // namespace tenon::test
