// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The lines of `construct` for a graph: one for each operation, or for several that follow each
/// other; a variable is used again where nothing reads it any more.
///   x = tenon::relu(layer1(tenon::flatten(x)));  // [32, 512]
#include <tenon/io/model_file/cpp/layers.hpp>

namespace tenon::detail {

class CppConstruct {
 public:
  /// @param inputs names of them; those that are missing are the nodes' own.
  CppConstruct(const Graph& graph, const std::vector<std::string>& inputs, Identifiers& words)
      : graph_(graph), words_(words), values_(graph.nodes.size()), left_(graph.nodes.size()) {
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
      const std::size_t id = std::size_t(graph.inputs[i]);
      const std::string_view own = graph.names[graph.nodes[id].name];
      const std::string word = words.unused(i < inputs.size() ? inputs[i] : own);
      values_[id] = {word, word, {}};
      arguments_.push_back(word);
    }
    layers_.emplace(graph, words);
    for (std::size_t id = 0; id < left_.size(); ++id) left_[id] = layers_->readers(int(id));
    for (std::size_t id = 0; id < left_.size(); ++id)
      if (graph.nodes[id].kind == Node::Kind::operation && !layers_->is_inside(int(id)))
        add(int(id));
  }

  const std::vector<CppLayer>& layers() const { return layers_->all(); }
  const std::set<std::string>& headers() const { return headers_; }
  const std::vector<std::string>& arguments() const { return arguments_; }
  bool has_parameters() const { return has_parameters_; }
  bool is_read(std::size_t input) const { return layers_->readers(graph_.inputs[input]) > 0; }
  std::string lines() const {
    std::string all;
    for (std::size_t i = 0; i < lines_.size(); ++i) all += line(i);
    return all;
  }

 private:
  struct Said {
    std::string text, variable;  // an expression, and the variable that it begins from
    std::string layer;           // which it calls, or whose parameters it reads; none
  };
  struct Line {
    std::string variable;
    bool is_new;
    std::string text;
    Dims shape;
  };
  const Node& node(int id) const { return graph_.nodes[std::size_t(id)]; }

  /// An operand, which is read once more.
  Said operand(int id) {
    const Node& at = node(id);
    if (at.kind == Node::Kind::parameter) {
      has_parameters_ = true;
      std::string made = "parameter(" + literal(graph_.names[at.name]) + ", " + braced(at.shape);
      if (at.element != Element::float32)
        made += ", tenon::Element::" + std::string(tenon::text(at.element));
      return {made + ")", {}, owner(graph_.names[at.name])};
    }
    --left_[std::size_t(id)];
    return values_[std::size_t(id)];
  }

  void add(int id) {
    const Node& at = node(id);
    Said said;
    int input = -1;
    bool nests = false;
    if (const CppLayer* layer = layers_->of(id, input)) {
      headers_.insert("network/layers/" + layer->header);
      const Said x = operand(input);
      said = {layer->identifier + "(" + x.text + ")", x.variable, layer->identifier + "_out"};
      nests = true;
    } else {
      const CppCall call = *CppOperator(at).call();
      headers_.insert("network/operators/" + call.header);
      std::string list;
      for (int from : at.inputs) {
        const Said x = operand(from);
        list.append(list.empty() ? "" : ", ").append(x.text);
        if (said.variable.empty()) said.variable = x.variable;
        if (said.layer.empty()) said.layer = x.layer;
      }
      said.text = call.before + list + call.after;
      nests = call.is_unary;
    }
    if (id == graph_.output) return lines_.push_back({"", true, said.text, at.shape});
    if (nests && is_nested_next(id, said)) {
      values_[std::size_t(id)] = said;
      return;
    }
    const std::string variable = variable_of(said);
    const bool is_new = variable != said.variable;
    lines_.push_back({variable, is_new, said.text, at.shape});
    values_[std::size_t(id)] = {variable, variable, {}};
  }
  /// The one that is not read any more, unless it is of another layer.
  std::string variable_of(const Said& said) {
    const auto layer = layer_of_.find(said.variable);
    const bool stays = said.layer.empty() || layer == layer_of_.end() || layer->second.empty() ||
                       layer->second == said.layer;
    if (!said.variable.empty() && stays && !is_still_read(said.variable)) return said.variable;
    const std::string variable = words_.unused(said.layer.empty() ? "h" : said.layer);
    layer_of_[variable] = said.layer;
    return variable;
  }
  /// "attention" of "block.attention.weight".
  std::string owner(std::string_view name) const {
    const std::size_t dot = name.rfind('.');
    const std::string_view layer = name.substr(0, dot == name.npos ? 0 : dot);
    const std::size_t before = layer.rfind('.');
    const bool is_name = layer.find_first_not_of("0123456789", before + 1) != layer.npos;
    return layer.empty() ? "" : identifier(is_name ? layer.substr(before + 1) : layer);
  }
  /// The next operation alone reads it, and has one operand or is a layer, the first of its line.
  bool is_nested_next(int id, const Said& said) const {
    if (layers_->readers(id) != 1 || said.text.size() > 48) return false;
    for (std::size_t next = std::size_t(id) + 1; next < graph_.nodes.size(); ++next) {
      const Node& reader = graph_.nodes[next];
      if (reader.kind != Node::Kind::operation) continue;
      int input = -1;
      const bool is_layer = layers_->is_inside(int(next)) || layers_->of(int(next), input);
      if (is_layer) return reader.inputs[0] == id && said.layer.empty();
      return reader.inputs.size() == 1 && reader.inputs[0] == id;
    }
    return false;
  }
  bool is_still_read(const std::string& variable) const {
    for (std::size_t id = 0; id < values_.size(); ++id)
      if (values_[id].variable == variable && left_[id] > 0) return true;
    return false;
  }

  std::string line(std::size_t i) const {
    const Line& at = lines_[i];
    std::string begin = at.variable + " = ";
    if (at.variable.empty()) begin = "return ";
    else if (at.is_new) begin = (is_changed(i) ? "auto " : "const auto ") + begin;
    std::string all = "    " + begin + at.text + ";";
    const std::string shape = "// " + tenon::text(at.shape);
    if (all.size() + shape.size() + 2 > 100) return wrapped("    " + shape + "\n" + all) + "\n";
    all.resize(std::max<std::size_t>(all.size() + 2, 60), ' ');
    return all + shape + "\n";
  }
  bool is_changed(std::size_t i) const {
    for (std::size_t later = i + 1; later < lines_.size(); ++later)
      if (lines_[later].variable == lines_[i].variable) return true;
    return false;
  }
  /// A long line breaks before its parameters.
  static std::string wrapped(std::string all) {
    const std::size_t first = all.find('\n') + 1;
    if (all.size() - first <= 100) return all;
    const std::string before = ", parameter(";
    for (std::size_t at = first; (at = all.find(before, at)) != all.npos; at += 12)
      all.replace(at + 1, 1, "\n        ");
    return all;
  }

  const Graph& graph_;
  Identifiers& words_;
  std::vector<Said> values_;
  std::vector<int> left_;  // how often each node is still read
  std::vector<std::string> arguments_;
  std::optional<CppLayers> layers_;
  std::map<std::string, std::string> layer_of_;  // of the variables
  std::set<std::string> headers_;
  std::vector<Line> lines_;
  bool has_parameters_ = false;
};

}  // namespace tenon::detail
