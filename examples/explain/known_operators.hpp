// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Operators by name, with the attributes that they have if none are given:
///   known_operator("log_softmax").op->name == "LogSoftmax", and so for "LogSoftmax"
#include <cctype>
#include <string>
#include <vector>

#include <tenon/network/operators.hpp>

#include "notation.hpp"

namespace tenon::explain {

struct KnownOperator {
  const Operator* op;
  Attributes defaults;
};

inline const std::vector<KnownOperator>& known_operators() {
  static const std::vector<KnownOperator> known = [] {
    std::vector<KnownOperator> list;
    const auto add = [&](const auto& operation) {
      list.push_back({&operation.info, operation.attributes()});
    };
    add(Add{}), add(AveragePool{{}, {}}), add(BiasAdd{}), add(Concat{0}), add(Conv2d{});
    add(Div{}), add(Erf{}), add(Flatten{}), add(Gather{}), add(GELU{}), add(Identity{});
    add(L2Normalize{}), add(LayerNorm{}), add(LogSoftmax{}), add(MatMul{});
    add(MaxPool{{}, {}}), add(Mul{}), add(OneHot{0}), add(Pow{}), add(PReLU{});
    add(ReduceMean{}), add(ReduceSum{}), add(ReLU{}), add(Reshape{{}}), add(Sigmoid{});
    add(Softmax{}), add(Sqrt{}), add(StridedSlice{{}, {}}), add(Sub{}), add(Tanh{});
    add(Transpose{{}});
    return list;
  }();
  return known;
}

/// "log_softmax" and "LogSoftmax" are one name.
inline std::string folded(const std::string& name) {
  std::string letters;
  for (char letter : name)
    if (letter != '_') letters += char(std::tolower(static_cast<unsigned char>(letter)));
  if (letters == "identity") return "tmpidentity";
  return letters == "batchmatmul" ? "matmul" : letters;
}

/// @throws Error that lists the known ones
inline const KnownOperator& known_operator(const std::string& name) {
  std::string names;
  for (const KnownOperator& known : known_operators()) {
    if (folded(std::string(known.op->name)) == folded(name)) return known;
    names.append(names.empty() ? "" : ", ").append(known.op->name);
  }
  throw Error("the operator " + name + " is not known; known are " + names);
}

/// The attributes that `given` names, the others as they are without.
/// "keep_dims axis..." is one number and then as many as there are.
/// @throws Error where a value is no whole number, or no list of them
inline Attributes attributes_in(const KnownOperator& known, const json& given) {
  Attributes attributes = known.defaults;
  std::string_view names = known.op->integers;
  for (int i = 0; !names.empty(); ++i) {
    std::string name(names.substr(0, names.find(' ')));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    const bool list = name.ends_with("...");
    if (list) name.resize(name.size() - 3);
    if (!given.is_object() || !given.contains(name)) continue;
    const json& value = given.at(name);
    if (list) {
      const Dims numbers = dims_in(value.is_array() ? value : json::array({value}), name);
      while (attributes.integers.size() > i) attributes.integers.erase(i);
      for (Index number : numbers) attributes.integers.push_back(number);
    } else if (value.is_boolean() || value.is_number_integer()) {
      attributes.integers[i] = value.is_boolean() ? Index(value.get<bool>()) : value.get<Index>();
    } else {
      throw Error("the attribute " + name + " must be a whole number or true or false, not " +
                  value.dump());
    }
  }
  return attributes;
}

inline bool needs_attribute(const KnownOperator& known, std::string_view name) {
  return known.op->integers.starts_with(name);
}

/// @throws Error for a name that is no attribute of the operator
inline void check_attribute_names(const KnownOperator& known, const json& given) {
  if (!given.is_object()) throw Error("the attributes must be an object, not " + given.dump());
  std::string own(known.op->integers);
  if (!known.op->reals.empty()) own.append(" ").append(known.op->reals);
  const std::string names = " " + own + " out_strategy repeated_num_in_dev_matrix_right_ ";
  for (const auto& [name, value] : given.items())
    if (names.find(" " + name + " ") == std::string::npos &&
        names.find(" " + name + "... ") == std::string::npos)
      throw Error("the attribute " + name + " is none of " + std::string(known.op->name) +
                  "; it has " + (own.empty() ? "none" : own));
}

}  // namespace tenon::explain
