// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The nodes of a graph as MindIR writes them, each with the primitive that it calls:
///   node { input: "network:x" output: "network:relu:3" op_type: "REF::ReLU:1" domain: "relu" }
///   primitives { name: "ReLU:1" op_type: "ReLU" }
#include <map>
#include <set>

#include <tenon/core/sentence.hpp>
#include <tenon/io/model_file/data_type.hpp>
#include <tenon/io/model_file/mindir_operators.hpp>

namespace tenon::detail {

/// TensorProto { dims = 1, data_type = 2 }
inline std::string mindir_shape(const Dims& shape, Element element) {
  return written([&](auto& t) {
    for (Index size : shape) t.add_int64(1, size);
    t.add_int32(2, data_type_of(element));
  });
}

class MindirNodes {
 public:
  /// @param inputs, outputs names of them; those that are missing are the nodes' own.
  MindirNodes(const Graph& graph, const std::vector<std::string>& inputs,
              const std::vector<std::string>& outputs)
      : graph_(graph), values_(graph.nodes.size()) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (node.kind == Node::Kind::parameter) values_[i] = unique(named(graph.names[node.name]));
    }
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
      const std::size_t id = std::size_t(graph.inputs[i]);
      const std::string name(i < inputs.size() ? inputs[i] : graph.names[graph.nodes[id].name]);
      values_[id] = unique(named(name));
    }
    std::map<int, std::string> shown;  // of outputs
    std::vector<int> given{graph.output};
    given.insert(given.end(), graph.further.begin(), graph.further.end());
    const auto output_name = [&](std::size_t i) {
      const Node& node = graph.nodes[std::size_t(given[i])];
      return i < outputs.size() ? outputs[i] : std::string(graph.names[node.name]);
    };
    for (std::size_t i = given.size(); i-- > 0;) shown[given[i]] = output_name(i);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
      if (graph.nodes[i].kind == Node::Kind::operation) add(int(i), shown[int(i)]);
    for (std::size_t i = 0; i < given.size(); ++i)
      outputs_.push_back(output(given[i], output_name(i)));
    if (given.size() > 1) add_tuple();
  }

  const std::string& nodes() const { return nodes_; }            // fields of a GraphProto
  const std::string& primitives() const { return primitives_; }  // fields of a ModelProto
  /// The names of inputs, parameters and of what nodes make.
  const std::string& value(int node) const { return values_[std::size_t(node)]; }
  /// The graph's one output, which may be a tuple.
  const std::string& output() const { return outputs_.back(); }
  /// "MatMul2 (layer.product)" for each operator that MindIR has not; "": none.
  const std::string& unknown() const { return unknown_; }

 private:
  static std::string named(std::string_view name) { return std::string("network:").append(name); }
  std::string unique(std::string name) {
    const std::string plain = name;
    for (int other = 2; !taken_.insert(name).second; ++other)
      name = plain + "#" + std::to_string(other);
    return name;
  }
  /// As MindSpore ends the name of what a node makes: with a number.
  std::string made(std::string_view name) {
    return unique(named(name).append(":").append(std::to_string(++number_)));
  }

  void add(int id, const std::string& shown) {
    const Node& node = graph_.nodes[std::size_t(id)];
    const std::string_view own = graph_.names[node.name];
    const auto said = MindirOperatorOf(graph_, node).say();
    if (!said) {
      unknown_.append(sentence(unknown_.empty() ? "" : ", ", node.op->name, " (", own, ")"));
      return;
    }
    std::vector<std::string> inputs;
    for (int input : node.inputs) inputs.push_back(value(input));
    if (said->reads_tuple) inputs = {call({"MakeTuple"}, inputs, made("tuple"), {}, {})};
    for (const std::string& constant : said->constants) inputs.push_back(add_constant(constant));
    const std::string shape = written([&](auto& a) {
      a.add_string(1, "shape");
      a.add_message(12, mindir_shape(node.shape, node.element)), a.add_enum(16, 19);
    });
    std::string& result = values_[std::size_t(id)];
    result = call(*said, inputs, made(shown.empty() ? own : shown), own,
                  said->makes_tuple ? std::string() : shape, &node);
    if (said->makes_tuple)
      result = call({"TupleGetItem"}, {result, add_constant(integer_attribute("value", 0))},
                    made("element"), {}, shape);
  }
  /// An output is what a node makes.
  std::string output(int id, const std::string& name) {
    if (graph_.nodes[std::size_t(id)].kind == Node::Kind::operation) return value(id);
    return call({"Identity"}, {value(id)}, made(name), name, {});
  }
  void add_tuple() {
    outputs_.push_back(call({"MakeTuple"}, outputs_, made("outputs"), {}, {}));
  }

  /// NodeProto { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 }
  /// @param node the operator that it is; none of what MindIR alone needs.
  std::string call(const MindirOperator& op, const std::vector<std::string>& inputs,
                   const std::string& result, std::string_view scope, const std::string& attribute,
                   const Node* node = nullptr) {
    const std::string called = "REF::" + primitive(op, node ? *node : Node());
    add_node(written([&](auto& n) {
      for (const std::string& input : inputs) n.add_string(1, input);
      n.add_string(2, result), n.add_string(3, result), n.add_string(4, called);
      if (!attribute.empty()) n.add_message(5, attribute);
      if (!scope.empty()) n.add_string(7, scope.data(), scope.size());
    }));
    return result;
  }
  std::string add_constant(const std::string& attribute) {
    const std::string name = unique(sentence("ValueNode_", ++number_));
    add_node(written([&](auto& n) {
      n.add_string(2, name), n.add_string(3, name), n.add_string(4, "Constant");
      n.add_message(5, attribute);
    }));
    return name;
  }
  void add_node(const std::string& node) { protozero::pbf_writer(nodes_).add_message(1, node); }

  /// PrimitiveProto { name = 1, op_type = 2, attribute = 3, instance_name = 4, prim_type = 5 };
  /// nodes of the same attributes share one. Strategies are the attributes that `shard` sets, the
  /// stage of a pipeline that which set_stage sets.
  std::string primitive(const MindirOperator& op, const Node& node) {
    const Splits& splits = node.splits;
    std::string attributes;
    protozero::pbf_writer writer(attributes);
    for (const std::string& one : op.attributes) writer.add_message(3, one);
    if (!splits.inputs.empty())
      writer.add_message(3, tuples_attribute("in_strategy", splits.inputs));
    if (!splits.output.empty())
      writer.add_message(3, tuples_attribute("out_strategy", Vector<Dims, 1>{splits.output}));
    if (node.stage >= 0) writer.add_message(3, integer_attribute("stage", node.stage));
    std::string& name = known_[op.type + attributes];
    if (!name.empty()) return name;
    name = sentence(op.type, ":", known_.size());
    protozero::pbf_writer(primitives_)
        .add_message(12,
                     written([&](auto& p) { p.add_string(1, name), p.add_string(2, op.type); })
                         .append(attributes)
                         .append(written([&](auto& p) { p.add_string(4, ""), p.add_enum(5, 1); })));
    return name;
  }

  const Graph& graph_;
  std::vector<std::string> values_, outputs_;
  std::string nodes_, primitives_, unknown_;
  std::set<std::string> taken_;
  std::map<std::string, std::string> known_;
  Index number_ = 0;
};

}  // namespace tenon::detail
