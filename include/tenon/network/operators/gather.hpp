// SPDX-License-Identifier: Apache-2.0
#pragma once
/// y[.., i.., ..] = table[.., indices[i..], ..]: rows of a table, or slices along another axis.
///   Gather(0)(table, indices) of [1000, 64] and [8, 7] is [8, 7, 64]; an index outside the table
///   gives zeros.
/// Communicates: nothing while the axis is whole; where it is cut, each rank looks up what it holds
/// and the result is a sum over the parts. MindSpore: GatherInfo.
#include <tenon/network/indices.hpp>

namespace tenon {

namespace detail {

constexpr Result infer_gather(const Operands& o) {
  const Dims &table = o.shapes[0], &indices = o.shapes[1];
  Result r{examine_axes({o.attributes.integers[0]}, table.size()), {}, o.elements[0]};
  if (!is_floating(o.elements[0])) r.finding = {Mistake::other_element, {}, 0};
  if (!is_index(o.elements[1])) r.finding = {Mistake::other_element, {}, 1};
  if (r.finding) return r;
  const int axis = int(from_front(o.attributes.integers[0], table.size()));
  for (int d = 0; d < axis; ++d) r.shape.push_back(table[d]);
  r.shape.append(indices);
  for (int d = axis + 1; d < table.size(); ++d) r.shape.push_back(table[d]);
  return r;
}

/// Which dimensions of a lookup whose axis is cut are axes of the device matrix, what becomes of
/// the sums, and which strategies MindSpore refuses.
/// MindSpore: GetGatherMode, ShardAxisImpl, ShardBatchAndAxisImpl and their like.
constexpr void cut_along_axis(Equation& e, const Operands& o, int axis, Term& table,
                              Term& indices) {
  const Dims &t = o.splits.inputs[0], &i = o.splits.inputs[1];
  const bool matrices = axis == 0 && t.size() == 2 && i.size() == 2 && t[1] == 1;
  const bool some_devices = t[0] != o.devices && !i.empty() && i[0] != o.devices;
  const bool rows_and_columns = matrices && some_devices && i[0] > 1 && i[1] > 1;
  const bool rows = matrices && some_devices && i[1] == 1 && product(Dims{t[0], i[0]}) == o.devices;
  const bool vector = t.size() == 2 && i.size() == 1 && some_devices && i[0] > 1 &&
                      product(Dims{t[0], t[1], i[0]}) == o.devices;
  if (rows_and_columns || rows) {
    table[1] = {};
    if (rows) indices[1] = {};
    return;
  }
  if (vector) return;
  e.repeats_left = true;
  const auto refuse = [&](const Finding& finding) {
    if (!e.refused) e.refused = finding;
  };
  const Index used = product(t);
  if (axis > 1 || t.size() > 2 || i.empty())
    refuse({Mistake::whole_dimension_cut, {}, 0, table[axis].letter, t[axis]});
  if (axis == 1 && used > 0 && o.shapes[0][0] % used)
    refuse({Mistake::does_not_divide, {}, 0, table[0].letter, o.shapes[0][0], used});
  bool indices_are_cut = false;
  for (int d = 0; d < i.size(); ++d) {
    if (i[d] > 1) refuse({Mistake::whole_dimension_cut, {}, 1, indices[d].letter, i[d]});
    indices_are_cut = indices_are_cut || i[d] > 1;
  }
  if (used != o.devices && t.size() == 2 && (axis == 1 || t[1] != 1))
    refuse({Mistake::device_count_differs, {}, -1, 0, used, o.devices});
  if (indices_are_cut) return;
  for (EquationAxis& letter : indices) letter = {};
  e.scatters = axis > 0 || (!i.empty() && o.shapes[1][0] % t[0] == 0);
  e.scatters_last = axis > 0;
}

/// Table "cde", indices "fg", axis 0: "cde,fg->fgde". The device matrix has the indices' letters
/// first; where the axis is cut and the indices are whole it is the table's alone, with repeats at
/// the left.
constexpr Equation gather_equation(const Operands& o) {
  const int axis = int(from_front(o.attributes.integers[0], o.shapes[0].size()));
  Term table = letters('a', o.shapes[0].size());
  Term indices = letters(char('a' + table.size()), o.shapes[1].size()), y;
  const auto& s = o.splits.inputs;
  Equation e;
  e.takes_output_split = axis == 0;
  if (s.size() == 2 && s[0].size() == table.size() && s[1].size() == indices.size() &&
      s[0][axis] > 1)
    cut_along_axis(e, o, axis, table, indices);
  for (int d = 0; d < axis; ++d) y.push_back(table[d]);
  y.append(indices);
  for (int d = axis + 1; d < table.size(); ++d) y.push_back(table[d]);
  e.inputs = {table, indices};
  e.batch_operand = 1;
  e.outputs = {y};
  for (const Term& term : {indices, table})
    for (const EquationAxis& letter : term)
      if (letter.letter) e.order.push_back(letter.letter);
  return e;
}

template <class T>
void gather_law(const KernelCall& call) {
  const Block &table = call.inputs[0], &indices = call.inputs[1];
  const int axis = int(from_front(call.attributes.integers[0], table.box.size()));
  Index before = 1, after = 1;
  for (int d = 0; d < axis; ++d) before *= table.size(d);
  for (int d = axis + 1; d < table.box.size(); ++d) after *= table.size(d);
  const T* x = table.as<const T>();
  T* y = call.output.as<T>();
  for (Index b = 0; b < before; ++b)
    for (Index i = 0; i < volume(indices.box); ++i) {
      const Index at = index_at(indices, i) - table.box[axis].first;
      const bool here = at >= 0 && at < table.size(axis);
      for (Index a = 0; a < after; ++a)
        *y++ = here ? x[(b * table.size(axis) + at) * after + a] : T(0);
    }
}

}  // namespace detail

struct Gather : Operation<Gather> {
  Index axis;
  constexpr explicit Gather(Index along = 0) : axis(along) {}

  static constexpr Operator info{.name = "Gather",
                                 .operands = 2,
                                 .infer = &detail::infer_gather,
                                 .equation = &detail::gather_equation,
                                 .law = {&detail::gather_law<float>, &detail::gather_law<double>},
                                 .integers = "axis"};
  constexpr Attributes attributes() const { return {{axis}, {}}; }
};
inline constexpr Gather gather{};

}  // namespace tenon
