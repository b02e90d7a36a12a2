// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <set>
#include <vector>

#include <tenon/network/operators.hpp>
#include <tenon/search/candidates.hpp>

using namespace tenon;

namespace {

/// Every split of every input with up to `devices` parts that placing takes.
std::set<std::vector<Index>> legal_splits(const Operator& op, Operands o, const Dims& result,
                                          Index devices) {
  std::vector<int> dimensions;
  int count = 0;
  for (const Dims& shape : o.shapes) dimensions.push_back(shape.size()), count += shape.size();
  std::vector<Index> at(std::size_t(count), 1);
  std::set<std::vector<Index>> legal;
  for (;;) {
    Splits splits;
    std::size_t next = 0;
    bool fits = true;
    for (const Dims& shape : o.shapes) {
      Dims split;
      for (Index size : shape) fits = fits && at[next] <= size, split.push_back(at[next++]);
      splits.inputs.push_back(split);
    }
    o.splits = splits;
    if (fits && !place(op.equation(o), o.shapes, result, splits, devices).finding) legal.insert(at);
    std::size_t d = 0;
    while (d < at.size() && ++at[d] > devices) at[d++] = 1;
    if (d == at.size()) return legal;
  }
}

std::set<std::vector<Index>> found(const Operator& op, const Operands& o, const Dims& result,
                                   Index devices, const CandidateOptions& options = {}) {
  std::set<std::vector<Index>> all;
  for (const Splits& splits : candidates(op, o, result, devices, options)) {
    std::vector<Index> numbers;
    for (const Dims& split : splits.inputs)
      numbers.insert(numbers.end(), split.begin(), split.end());
    CHECK(all.insert(numbers).second);  // each once
  }
  return all;
}

Operands operands_of(std::initializer_list<Dims> shapes, const Attributes& attributes = {}) {
  Operands o{shapes, {}, attributes, {}};
  for (int i = 0; i < o.shapes.size(); ++i) o.elements.push_back(Element::float32);
  return o;
}

}  // namespace

TEST_CASE("the candidates are all splits that placing takes") {
  for (Index devices : {1, 2, 3, 4, 6}) {
    CAPTURE(devices);
    const Operands two = operands_of({{32, 8}, {8, 5}}, matmul.attributes());
    CHECK(found(MatMul::info, two, {32, 5}, devices) ==
          legal_splits(MatMul::info, two, {32, 5}, devices));
    const Operands turned = operands_of({{3, 8}, {5, 8}}, MatMul(false, true).attributes());
    CHECK(found(MatMul::info, turned, {3, 5}, devices) ==
          legal_splits(MatMul::info, turned, {3, 5}, devices));
    const Operands sum = operands_of({{6, 1, 7}, {7}});
    CHECK(found(Add::info, sum, {6, 1, 7}, devices) ==
          legal_splits(Add::info, sum, {6, 1, 7}, devices));
    const Operands soft = operands_of({{6, 7}}, Softmax().attributes());
    CHECK(found(Softmax::info, soft, {6, 7}, devices) ==
          legal_splits(Softmax::info, soft, {6, 7}, devices));
  }
}

TEST_CASE("a MatMul has 20 candidates on 8 devices, 10 of them over all and one over none") {
  const Operands o = operands_of({{32, 784}, {784, 512}}, matmul.attributes());
  CHECK(candidates(MatMul::info, o, {32, 512}, 8).size() == 20);
  CHECK(candidates(MatMul::info, o, {32, 512}, 8, {.all_devices = true}).size() == 11);
  // 784 is 16 * 49, 10 is 2 * 5: of equal blocks columns by 1 or 2 alone
  const Operands last = operands_of({{32, 784}, {784, 10}}, matmul.attributes());
  for (const Splits& s : candidates(MatMul::info, last, {32, 10}, 8, {.equal_blocks = true}))
    CHECK(s.inputs[1][1] <= 2);
  CHECK(candidates(MatMul::info, last, {32, 10}, 8, {.equal_blocks = true}).size() == 16);
}
