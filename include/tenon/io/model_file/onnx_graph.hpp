// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The graph of an ONNX file: initializers, inputs, nodes, outputs. Constant nodes are constants.
///   node { input: "x" input: "w" output: "y" op_type: "MatMul" }
#include <tenon/io/model_file/model_builder.hpp>
#include <tenon/io/model_file/onnx_attribute.hpp>

namespace tenon::detail {

class OnnxGraph {
 public:
  explicit OnnxGraph(ModelBuilder& build) : build_(build) {}

  /// GraphProto { node = 1, initializer = 5, input = 11, output = 12, sparse_initializer = 15 }
  void read(const Message& graph) {
    for (Message field = graph.message(); field.next();) {  // in the file the nodes are first
      if (field.number() == 5) read_initializer(field);
      if (field.number() == 15) field.fail("a sparse tensor, which is not supported");
    }
    for (Message field = graph.message(); field.next();)
      if (field.number() == 11) read_tensor(field, true);
    for (Message field = graph.message(); field.next();)
      if (field.number() == 1) read_node(field);
    for (Message field = graph.message(); field.next();)
      if (field.number() == 12) read_tensor(field, false);
    if (model().outputs.empty()) graph.fail("its graph has no output");
  }

 private:
  ModelFile& model() { return build_.model; }

  void read_initializer(const Message& field) {
    TensorMessage read = build_.tensor(field);
    if (read.tensor.name.empty()) field.fail("an initializer without a name");
    const int value = build_.define(field, read.tensor.name);
    build_.make_constant(field, value, std::move(read.tensor));
  }

  /// ValueInfoProto { name = 1, type = 2 { tensor_type = 1 { elem_type = 1, shape = 2 } } }
  void read_tensor(const Message& field, bool is_input) {
    FileTensor tensor;
    std::string name;
    std::optional<Element> element;
    for (Message part = field.message(); part.next();) {
      if (part.number() == 1) name = part.name();
      if (part.number() != 2) continue;
      for (Message type = part.message(); type.next();) {
        if (type.number() != 1) continue;  // a sequence, a map: no element
        for (Message of = type.message(); of.next();) {
          if (of.number() == 1) element = element_of_data_type(of.integer(), ModelFormat::onnx);
          if (of.number() == 2) read_shape(of, tensor);
        }
      }
    }
    if (is_input && build_.find(name)) return;  // an initializer that is named as an input, too
    tensor.value = is_input ? build_.define(field, name) : build_.use(field, name);
    if (is_input && !element)
      field.fail(
          std::string("the input ").append(name).append(" is of a type that is not supported"));
    tensor.element = element.value_or(Element::float32);
    (is_input ? model().inputs : model().outputs).push_back(tensor);
  }
  static void read_shape(const Message& field, FileTensor& tensor) {
    tensor.has_shape = true;
    for (Message dimension = field.message(); dimension.next();) {
      Index size = -1;
      for (Message part = dimension.message(); part.next();)
        if (part.number() == 1 && part.integer() >= 0) size = part.integer();
      if (tensor.shape.size() == max_dimensions)
        field.fail("a tensor of more than 8 dimensions, which is not supported");
      tensor.shape.push_back(size);
    }
  }

  /// NodeProto { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 }
  void read_node(const Message& field) {
    FileNode node;
    std::string domain;
    std::vector<Message> attributes;
    std::vector<std::string> outputs;
    for (Message part = field.message(); part.next();) switch (part.number()) {
        case 1: {
          const std::string name = part.name();
          node.inputs.push_back(name.empty() ? -1 : build_.use(part, name));
          break;
        }
        case 2: outputs.push_back(part.name()); break;
        case 3: node.name = part.name(); break;
        case 4: node.type = part.name(); break;
        case 5: attributes.push_back(part); break;
        case 7: domain = part.name(); break;
      }
    if (node.type.empty() || outputs.empty()) field.fail("a node without a type or an output");
    for (const std::string& output : outputs)
      node.outputs.push_back(output.empty() ? -1 : build_.define(field, output));
    if (node.name.empty()) node.name = outputs[0];
    const bool is_own = domain.empty() || domain == "ai.onnx";
    if (!is_own) node.type = domain.append(".").append(node.type);
    const bool is_constant = is_own && node.type == "Constant";
    std::vector<FileAttribute> read;
    for (const Message& attribute : attributes) {
      std::optional<Message> tensor;
      FileAttribute one = read_onnx_attribute(attribute, tensor);
      if (is_constant) read_constant(attribute, node, one, tensor);
      else if (tensor && node.type == "ConstantOfShape") read_constant_input(*tensor, node);
      else read.push_back(std::move(one));
    }
    if (is_constant && !model().constant(node.outputs[0]))
      field.fail(std::string("the constant ").append(node.name).append(" has no value"));
    if (is_constant) return;
    if (!read.empty()) {
      node.attributes = int(model().attributes.size());
      model().attributes.push_back(std::move(read));
    }
    build_.add(field, std::move(node));
  }

  void read_constant(const Message& field, const FileNode& node, const FileAttribute& one,
                     const std::optional<Message>& tensor) {
    const int value = node.outputs[0];
    const bool is_list = one.name.ends_with("s");
    if (value < 0 || model().constant(value)) field.fail("a constant of two values, or of none");
    if (tensor) {
      build_.make_constant(field, value, build_.tensor(*tensor).tensor);
    } else if (one.name == "value_int" || one.name == "value_ints") {
      build_.make_constant(field, value, one.integers, is_list);
    } else if (one.name == "value_float" || one.name == "value_floats") {
      build_.make_constant(field, value, std::vector<float>(one.reals.begin(), one.reals.end()),
                           is_list);
    } else {
      field.fail(std::string("the constant ").append(node.name).append(" is given as ")
                     .append(one.name).append(", which is not supported"));
    }
  }
  /// ConstantOfShape says what it fills with as an attribute: here it is the second input.
  void read_constant_input(const Message& tensor, FileNode& node) {
    node.inputs.push_back(build_.unnamed(tensor, node.name + ".value"));
    build_.make_constant(tensor, node.inputs.back(), build_.tensor(tensor).tensor);
  }

  ModelBuilder& build_;
};

}  // namespace tenon::detail
