// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The newer library's operators by name, and its cases:
///   {"kind": "hp_infer", "op": "matmul", "device_matrix": [2,4], "tensor_maps": [[1,-1],[0,-1]],
///    "attrs": {"transpose_b": true}, "out_map": [1,0]}
#include "newer_library.hpp"

namespace tenon::explain {

namespace detail {

/// The dimensions of x from one on must be whole.
inline void normalise(NewerAnswer& y, const AxisMap& x, int from) {
  for (int d = std::max(from, 0); d < x.size(); ++d)
    if (!is_whole(x[d]))
      y.object({Mistake::whole_dimension_cut, {}, 0, char('0' + d), x[d].size()}, "normalisation");
  y.out_map = x;
}

/// The table's axis must be whole; the indices' dimensions take its place.
inline void select(NewerAnswer& y, const AxisMap& table, const AxisMap& indices, int axis) {
  axis += axis < 0 ? table.size() : 0;
  if (axis < 0 || axis >= table.size())
    throw Error("the table has no axis " + std::to_string(axis));
  for (int d = 0; d < table.size(); ++d)
    if (d == axis) y.out_map.append(indices);
    else y.out_map.push_back(table[d]);
  if (!is_whole(table[axis]))
    y.object({Mistake::whole_dimension_cut, {}, 0, char('0' + axis), table[axis].size()},
             "index_select");
}

inline void embed(NewerAnswer& y, const AxisMap& indices, const AxisMap& table) {
  if (!is_whole(table[0]) && !is_whole(table[1]))
    y.object("embedding_rows_and_columns_split", "the table's rows and columns are both cut");
  y.out_map = indices;
  y.out_map.push_back(table[1]);
}

/// The letters of Tenon's own reshape; a cut that they cannot keep would have to be moved.
inline void reshape(NewerAnswer& y, const LayoutRecord& x, const Dims& shape) {
  const Operands o{{x.shape}, {Element::float32}, {shape, {}}, {}, 1};
  const Result result = Reshape::info.infer(o);
  y.object(result.finding, "reshape");
  y.object(examine(x), "reshape");
  if (!y.found.empty()) return;
  const Equation e = Reshape::info.equation(o);
  const Following f = follow(e, {lower(x)});
  y.object(f.finding, "reshape");
  y.object(place(e, {x.shape}, result.shape, f.cuts).finding, "reshape");
  y.out_shape = result.shape;
  for (const EquationAxis& axis : e.outputs[0]) y.out_map.push_back(axes_of(axis.letter, e, {x}));
}

}  // namespace detail

/// @throws Error for an operator that is not known, or fields that are missing
inline NewerAnswer newer_operator(const json& c) {
  const std::string op = folded(c.at("op"));
  const json attributes =
      c.contains("attrs") && c.at("attrs").is_object() ? c.at("attrs") : json::object();
  List<AxisMap> maps;
  List<Dims> shapes;
  for (const json& map : c.at("tensor_maps"))
    if (!map.is_null()) maps.push_back(axis_map(map));
  for (const json& shape : c.value("shapes", json::array()))
    shapes.push_back(dims_in(shape, "shapes"));
  const auto need = [&](std::size_t inputs, int rank) {
    if (maps.size() < inputs)
      throw Error(op + " needs the maps of " + std::to_string(inputs) + " inputs");
    for (std::size_t i = 0; i < inputs; ++i)
      if (maps[i].size() < rank) throw Error("a map of " + op + " has too few entries");
  };
  NewerAnswer y;
  need(1, 0);
  const Axes device_matrix = items_of<Axes>(c.at("device_matrix"));
  static_cast<void>(product(device_matrix));  // throws if it is too large
  for (const AxisMap& map : maps) {
    const Dims any = Dims::filled(map.size(), 1);
    y.object(examine(LayoutRecord{device_matrix, map, any}), op);
  }
  if (!y.found.empty()) return y;
  if (op == "matmul" || op == "linear") {
    need(2, 2);
    const bool linear = op == "linear";
    detail::matmul(y, maps, attributes.value("transpose_a", false),
                   attributes.value("transpose_b", linear), maps.size() > 2);
  } else if (op == "rmsnorm") {
    need(2, 1);
    detail::normalise(y, maps[0], maps[0].size() - maps[1].size());
  } else if (op == "layernorm") {
    const Index axis = attributes.value("begin_norm_axis", Index(-1));
    detail::normalise(y, maps[0], int(from_front(axis, maps[0].size())));
  } else if (op == "embedding") {
    need(2, 2);
    detail::embed(y, maps[0], maps[1]);
  } else if (op == "indexselect") {
    need(2, 1);
    detail::select(y, maps[0], maps[1], attributes.value("axis", 0));
  } else if (op == "gather" || op == "gatherd") {  // element by element, of the indices' shape
    need(2, 1);
    y.out_map = maps[1];
  } else if (op == "reshape") {
    const LayoutRecord x{items_of<Axes>(c.at("device_matrix")), maps[0],
                         dims_in(c.at("shapes").at(0), "shapes")};
    detail::reshape(y, x, dims_in(c.at("dst_shape"), "dst_shape"));
  } else if (op == "elementwise" || op == "add") {
    if (shapes.size() != maps.size()) throw Error(op + " needs a shape for each map");
    detail::elementwise(y, maps, shapes);
  } else {
    throw Error("the operator " + op + " of the newer library is not known");
  }
  const std::string note = c.value("note", "");
  const List<Partial> partials = detail::partials_in(note, c.value("alias_name", json::array()));
  for (const Partial& partial : partials) {
    if (note.find("non-linear") != std::string::npos)
      y.object("partial_not_allowed", "an operator that is not linear is given a partial sum");
    if (partial.operation != partials[0].operation)
      y.object("partial_operations_differ",
               "one operand is to be summed, another to be reduced otherwise");
    for (const AxisMap& map : maps)
      for (int d = 0; d < map.size(); ++d)
        if (contains(map[d], partial.axis))
          y.object({Mistake::axis_used_twice, {}, partial.operand, char('0' + d), partial.axis},
                   op);
  }
  return y;
}

inline std::optional<std::string> check_newer_case(const json& c) {
  const NewerAnswer y = newer_operator(c);
  if (!y.found.empty()) return "the newer library takes it: " + y.found[0].words;
  json computed{{"out_map", to_json(y.out_map)}};
  if (!y.out_shape.empty()) {
    const LayoutRecord out{items_of<Axes>(c.at("device_matrix")), y.out_map, y.out_shape};
    if (const Finding finding = examine(out)) return text(finding, "newer library");
    computed["out_slice_shape"] = to_json(lower(out).largest_block());
  }
  return difference(
      c, computed,
      {"op", "device_matrix", "alias_name", "tensor_maps", "attrs", "shapes", "dst_shape"});
}

}  // namespace tenon::explain
