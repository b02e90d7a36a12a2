// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The graph of a MindIR file. Names lose what MindSpore's exports put around them:
///   6_1_common_Network_construct_3:layer1.weight is layer1.weight, its output ...:logits:25 logits
#include <tenon/io/model_file/mindir_constant.hpp>
#include <tenon/io/model_file/mindir_tuples.hpp>

namespace tenon::detail {

struct MindirPrimitive {
  std::string type;  // "MatMul"
  int attributes = -1;
};

class MindirGraph {
 public:
  MindirGraph(ModelBuilder& build,
              const std::unordered_map<std::string, MindirPrimitive>& primitives,
              const Message& graph)
      : build_(build), tuples_(build), primitives_(primitives), graph_(graph) {}

  /// GraphProto { node = 1, name = 2, parameter = 3, input = 5, output = 6, map_parameter = 10 }
  void read() {
    for (Message field = graph_.message(); field.next();) {
      if (field.number() == 2) prefix_ = field.name() + ":";
      if (field.number() == 10) field.fail("a hash table parameter, which is not supported");
    }
    for (Message field = graph_.message(); field.next();) {
      if (field.number() == 3) read_parameter(field);
      if (field.number() == 5) read_input(field);
    }
    for (Message field = graph_.message(); field.next();)
      if (field.number() == 1) read_node(field);
    for (Message field = graph_.message(); field.next();)
      if (field.number() == 6) read_output(field);
    if (model().outputs.empty()) graph_.fail("its graph has no output");
  }

 private:
  ModelFile& model() { return build_.model; }
  std::string_view shown(std::string_view name) const {
    return name.starts_with(prefix_) ? name.substr(prefix_.size()) : name;
  }

  void read_parameter(const Message& field) {
    TensorMessage read = build_.tensor(field);
    const std::string name = read.tensor.name;
    const int value = build_.define(field, name, read.key.empty() ? shown(name) : read.key);
    if (read.has_values) return build_.make_constant(field, value, std::move(read.tensor));
    model().unfilled.push_back({value, true, read.tensor.shape, read.tensor.element});
  }

  /// ValueInfoProto { name = 1, tensor = 2 { dims = 1, data_type = 2 } }
  FileTensor read_tensor(const Message& field, std::string& name) {
    FileTensor tensor;
    for (Message part = field.message(); part.next();) {
      if (part.number() == 1) name = part.name();
      if (part.number() != 2) continue;
      tensor.has_shape = true;
      tensor.shape = {};
      for (Message of = part.message(); of.next();) {
        if (of.number() == 1) of.append_to(tensor.shape);
        if (of.number() != 2) continue;
        const auto element = element_of_data_type(of.integer(), ModelFormat::mindir);
        if (!element) of.fail("a tensor of a type that is not supported");
        tensor.element = *element;
      }
    }
    for (Index& size : tensor.shape) size = size < 0 ? -1 : size;
    return tensor;
  }
  void read_input(const Message& field) {
    std::string name;
    FileTensor tensor = read_tensor(field, name);
    if (!tensor.has_shape)
      field.fail(std::string("the input ").append(shown(name))
                     .append(" is no tensor, which is not supported"));
    tensor.value = build_.define(field, name, shown(name));
    model().inputs.push_back(tensor);
  }
  void read_output(const Message& field) {
    std::string name;
    FileTensor tensor = read_tensor(field, name);
    const int value = build_.use(field, name);
    for (int one : tuples_.elements(value)) {
      if (one < 0 || tuples_.is_tuple(one)) field.fail("an output that is no tensor");
      tensor.value = one;
      model().outputs.push_back(tensor);
      if (model().outputs.size() > 1024)
        field.fail("more than 1024 outputs, which is not supported");
      std::string& called = model().values[std::size_t(one)].name;
      const std::size_t colon = called.rfind(':');  // logits:25
      if (colon != called.npos && called.find_first_not_of("0123456789", colon + 1) == called.npos)
        called.resize(colon);
    }
  }

  /// NodeProto { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 }
  void read_node(const Message& field) {
    FileNode node;
    std::string output, domain;
    std::optional<MindirAttribute> value;
    for (Message part = field.message(); part.next();) switch (part.number()) {
        case 1: read_operand(part, node); break;
        case 2: output = part.name(); break;
        case 3: node.name = shown(part.name()); break;
        case 4: node.type = part.name(); break;
        case 5:
          if (MindirAttribute one = read_mindir_attribute(part); one.value.name == "value")
            value = std::move(one);
          break;
        case 7: domain = part.name(); break;
      }
    if (node.type.empty() || output.empty()) field.fail("a node without a type or an output");
    if (node.type == "Constant") return read_constant(field, output, value);
    if (node.type.starts_with("REF::")) {
      const auto primitive = primitives_.find(node.type.substr(5));
      if (primitive == primitives_.end())
        field.fail(std::string(shown(output)).append(" is made by ").append(node.type.substr(5))
                       .append(", which the file does not describe: it is cut short, or calls "
                               "another graph, which is not supported"));
      node.type = primitive->second.type;
      node.attributes = primitive->second.attributes;
    }
    if (!domain.empty()) node.name = domain;
    if (tuples_.resolve(field, node, output, shown(output))) return;
    tuples_.spread(field, node);
    node.outputs = {build_.define(field, output, shown(output))};
    build_.add(field, std::move(node));
    tuples_.made(model().nodes.size() - 1);
  }
  void read_operand(const Message& field, FileNode& node) {
    node.inputs.push_back(build_.use(field, field.name()));
  }

  void read_constant(const Message& field, const std::string& output,
                     const std::optional<MindirAttribute>& value) {
    if (!value)
      field.fail(std::string("the constant ").append(shown(output)).append(" has no value"));
    if (value->is_monad()) return build_.alias(field, output, MindirTuples::monad);
    if (value->is_none()) return build_.alias(field, output, MindirTuples::nothing);
    const int made = build_.define(field, output, shown(output));
    const FileAttribute& numbers = value->value;
    if (value->tensor && !value->is_list)
      build_.make_constant(field, made, build_.tensor(*value->tensor).tensor);
    else if (!numbers.reals.empty() && numbers.integers.empty() && value->type == 11)
      build_.make_constant(field, made, numbers.reals, value->is_list);
    else if (!numbers.reals.empty() && numbers.integers.empty())
      build_.make_constant(field, made,
                           std::vector<float>(numbers.reals.begin(), numbers.reals.end()),
                           value->is_list);
    else if (numbers.text.empty() && (value->is_list || !numbers.integers.empty()))
      build_.make_constant(field, made, numbers.integers, value->is_list);
    // text and what else there is has no value; whoever reads it says so
  }

  ModelBuilder& build_;
  MindirTuples tuples_;
  const std::unordered_map<std::string, MindirPrimitive>& primitives_;
  Message graph_;
  std::string prefix_ = ":";
};

}  // namespace tenon::detail
