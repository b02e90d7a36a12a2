// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/model_file/import_model.hpp>
#include <tenon/plan/network_record.hpp>
#include <tenon/plan/planner.hpp>

#include "imported_answers.hpp"
#include "onnx_writer.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string error_of_import(const ModelFile& file, const ImportOptions& options = {}) {
  return error_of([&] { import_model(file, options); });
}
/// Of a file whose inputs and outputs are as written.
struct Written {
  std::string bytes;
  ModelFile file;
  explicit Written(const OnnxWriter& w) : bytes(w.file()), file(parse_onnx(bytes, "x.onnx")) {}
};

std::vector<std::string> parameter_names(const Imported& net) {
  std::vector<std::string> names;
  for (const ImportedParameter& one : net.parameters) names.push_back(one.tensor.name);
  return names;
}
std::vector<std::string_view> operators_of(const Imported& net) {
  std::vector<std::string_view> names;
  for (const Node& node : net.graph.nodes)
    if (node.op) names.push_back(node.op->name);
  return names;
}

/// The rows of a sample's inputs, as many times as asked for.
std::vector<Whole> rows_of(const std::vector<Whole>& inputs, const std::vector<Index>& rows) {
  std::vector<Whole> list;
  for (const Whole& input : inputs) {
    Dims shape = input.shape;
    shape[0] = Index(rows.size());
    Whole other(shape, input.element);
    const std::size_t row = input.memory.size() / std::size_t(input.shape[0]);
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::memcpy(other.memory.data() + i * row, input.memory.data() + std::size_t(rows[i]) * row,
                  row);
    list.push_back(other);
  }
  return list;
}

/// One layer of the tutorial, of a file with a batch of one.
OnnxWriter layer() {
  OnnxWriter w;
  w.input("x", {1, 2, 2});
  w.node("Flatten", {"x"}, {"1"}, {}, "", "1Flatten");
  w.node("Gemm", {"1", "layer1.weight"}, {"2"}, {}, "", "2Gemm");
  w.node("Add", {"2", "layer1.bias"}, {"3"}, {}, "", "3Add");
  w.floats("layer1.weight", {4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  w.floats("layer1.bias", {3}, {1, 0, -1});
  w.output("3");
  return w;
}

}  // namespace

TEST_CASE("models answer what the programs that wrote them answer") {
  for (const char* name :
       {"pictures.onnx", "windows.onnx",   "axes11.onnx", "axes18.onnx",  "shapes.onnx",
        "products.onnx", "elements.onnx",  "norms.onnx",  "gelus.onnx",   "block.onnx",
        "conv1_ms.onnx", "slices_ms.onnx", "conv.mindir", "conv1.mindir", "block.mindir",
        "ops.mindir",    "two.mindir",     "dyn.mindir",  "norms.mindir", "slices.mindir",
        "bends.onnx",    "old9.onnx",     "repeats.onnx", "mobile.onnx", "decoder.onnx",
        "many.mindir",   "conditions.onnx", "bends.mindir",   "repeats.mindir"}) {
    const Sample sample{name};
    for (std::size_t output = 0; output < sample.file.outputs.size(); ++output) {
      INFO(name, " ", output);
      CHECK(sample.distance(output) < 1e-5);
    }
  }
  CHECK(Sample("casts.mindir").distance() < 1e-3);  // it rounds to half precision on the way
}

TEST_CASE("NaN, infinities and the largest numbers go through as in onnxruntime") {
  const Sample sample{"limits.onnx"};
  for (std::size_t output = 0; output < sample.file.outputs.size(); ++output) {
    INFO(sample.file.name(sample.file.outputs[output].value));
    const Whole got = answer(import_model(sample.file, sample.options(output)), sample.inputs()),
                wanted = sample.expected(output);
    REQUIRE(got.shape == wanted.shape);
    for (std::size_t i = 0; i < got.as<float>().size(); ++i) {
      const float a = got.as<float>()[i], b = wanted.as<float>()[i];
      CAPTURE(i);
      CHECK((std::isnan(a) ? std::isnan(b) : a == b || std::fabs(a - b) <= 1e-6f * std::fabs(b) ||
             (std::fabs(a) < 1e-7f && std::fabs(b) < 1e-7f)));
    }
  }
}

TEST_CASE("a bound that is left out leaves infinity, as in PyTorch") {
  OnnxWriter w;
  w.input("x", {4});
  w.floats("low", {}, {-1}), w.floats("high", {}, {1});
  w.node("Clip", {"x", "low"}, {"a"}), w.node("Clip", {"x", "", "high"}, {"b"});
  for (const char* y : {"a", "b"}) w.output(y);
  const Written written(w);
  Whole x({4}, Element::float32);
  const float values[] = {HUGE_VALF, -HUGE_VALF, 0.5f, std::nanf("")};
  std::memcpy(x.memory.data(), values, sizeof values);
  const auto check = [&](const char* output, float first, float second) {
    const Whole y = answer(import_model(written.file, {{}, output, false}), {x});
    CHECK(y.as<float>()[0] == first);
    CHECK(y.as<float>()[1] == second);
    CHECK(y.as<float>()[2] == 0.5f);
    CHECK(std::isnan(y.as<float>()[3]));
  };
  check("a", HUGE_VALF, -1), check("b", 1, -HUGE_VALF);
}

TEST_CASE("a mask of what is known is computed while running where it is large") {
  for (const Index n : {3, 300}) {
    OnnxWriter w;
    w.input("x", {1, n});
    w.int64s("zero", {}, {0}), w.int64s("one", {}, {1}), w.int64s("n", {}, {n});
    w.int64s("axis", {1}, {1}), w.floats("low", {}, {-1}), w.floats("high", {}, {2});
    w.node("Range", {"zero", "n", "one"}, {"r"}), w.node("Unsqueeze", {"r", "axis"}, {"c"});
    w.node("Less", {"c", "r"}, {"l"}), w.node("Not", {"l"}, {"m"});
    w.node("Where", {"m", "low", "high"}, {"f"}), w.node("Add", {"x", "f"}, {"y"});
    w.output("y");
    const Written written(w);
    const Imported net = import_model(written.file);
    CHECK((operators_of(net).size() == 1) == (n == 3));
    const Whole y = answer(net, {Whole({1, n}, Element::float32)});
    REQUIRE(y.shape == Dims{n, n});
    for (Index i = 0; i < n * n; ++i)
      REQUIRE(y.as<float>()[std::size_t(i)] == (i / n < i % n ? 2 : -1));
  }
}

namespace {

/// y of the network that is made of x = 0, 1, 2, ... of this type.
template <class T>
std::vector<T> of_counted(Index n, const std::function<void(OnnxWriter&)>& make) {
  const bool wide = std::is_same_v<T, double>;
  OnnxWriter w;
  w.input("x", {n}, wide ? 11 : 1);
  make(w);
  w.output("y");
  const Written written(w);
  Whole x({n}, wide ? Element::float64 : Element::float32);
  for (Index i = 0; i < n; ++i) x.as<T>()[std::size_t(i)] = T(i);
  const Whole y = answer(import_model(written.file), {x});
  REQUIRE(y.shape == Dims{n});
  return std::vector<T>(y.as<T>().begin(), y.as<T>().end());
}
/// A constant of bool: whether the function holds at each place.
void mask_of(OnnxWriter& w, const std::string& name, Index n, bool (*holds)(Index)) {
  std::string bytes;
  for (Index i = 0; i < n; ++i) bytes.push_back(char(holds(i)));
  w.initializer(tensor(name, 9, {n}, raw(bytes)));
}

}  // namespace

TEST_CASE("a constant mask is read by every operator of conditions, however large") {
  for (const Index n : {6, 65538}) {
    const auto check = [&](const std::function<void(OnnxWriter&)>& make, bool (*holds)(Index)) {
      const auto y = of_counted<float>(n, [&](OnnxWriter& w) {
        mask_of(w, "third", n, [](Index i) { return i % 3 == 0; });
        mask_of(w, "even", n, [](Index i) { return i % 2 == 0; });
        w.floats("two", {}, {2}), w.floats("four", {}, {4});
        w.node("Greater", {"x", "two"}, {"more"});  // is only known while running
        make(w);
        w.node("Where", {"c", "two", "four"}, {"f"}), w.node("Mul", {"x", "f"}, {"y"});
      });
      for (Index i = 0; i < n; ++i)
        REQUIRE(y[std::size_t(i)] == float(i) * (holds(i) ? 2 : 4));
    };
    check([](OnnxWriter& w) { w.node("Not", {"third"}, {"c"}); },
          [](Index i) { return i % 3 != 0; });
    check([](OnnxWriter& w) { w.node("And", {"third", "even"}, {"c"}); },
          [](Index i) { return i % 6 == 0; });
    check([](OnnxWriter& w) { w.node("Or", {"third", "even"}, {"c"}); },
          [](Index i) { return i % 3 == 0 || i % 2 == 0; });
    check([](OnnxWriter& w) { w.node("Equal", {"third", "even"}, {"c"}); },
          [](Index i) { return (i % 3 == 0) == (i % 2 == 0); });
    check([](OnnxWriter& w) { w.node("And", {"more", "even"}, {"c"}); },
          [](Index i) { return i > 2 && i % 2 == 0; });
    check([](OnnxWriter& w) { w.node("Cast", {"third"}, {"c"}, {integer("to", 9)}); },
          [](Index i) { return i % 3 == 0; });
    const auto cast_of_it = of_counted<float>(n, [&](OnnxWriter& w) {
      mask_of(w, "third", n, [](Index i) { return i % 3 == 0; });
      w.node("Cast", {"third"}, {"f"}, {integer("to", 1)}), w.node("Mul", {"x", "f"}, {"y"});
    });
    for (Index i = 0; i < n; ++i)
      REQUIRE(cast_of_it[std::size_t(i)] == float(i % 3 == 0 ? i : 0));
  }
}

TEST_CASE("conditions are of the floating type of what they compare, or choose between") {
  const auto twice = [](OnnxWriter& w) {
    w.initializer(tensor("two", 11, {}, raw(std::vector<double>{2})));
    w.node("Mul", {"x", "two"}, {"twice"});
  };
  for (const Index n : {6, 65538}) {
    const auto chosen = of_counted<double>(n, [&](OnnxWriter& w) {
      twice(w), mask_of(w, "third", n, [](Index i) { return i % 3 == 0; });
      w.node("Where", {"third", "x", "twice"}, {"y"});
    });
    const auto both = of_counted<double>(n, [&](OnnxWriter& w) {
      twice(w), mask_of(w, "third", n, [](Index i) { return i % 3 == 0; });
      w.node("Greater", {"twice", "x"}, {"more"}), w.node("And", {"third", "more"}, {"c"});
      w.node("Where", {"c", "x", "twice"}, {"y"});
    });
    const auto cast_of_it = of_counted<double>(n, [&](OnnxWriter& w) {
      twice(w), w.node("Greater", {"twice", "two"}, {"more"});
      w.node("Cast", {"more"}, {"f"}, {integer("to", 1)});
      w.node("Cast", {"f"}, {"d"}, {integer("to", 11)}), w.node("Mul", {"x", "d"}, {"y"});
    });
    for (Index i = 0; i < n; ++i) {
      REQUIRE(cast_of_it[std::size_t(i)] == double(i > 1 ? i : 0));
      REQUIRE(chosen[std::size_t(i)] == double(i % 3 == 0 ? i : 2 * i));
      REQUIRE(both[std::size_t(i)] == double(i % 3 == 0 ? i : 2 * i));
    }
  }
}

TEST_CASE("integers are compared up to 2^24, above which floats have not all") {
  const auto error = [](const char* type, Index number, Index count) {
    OnnxWriter w;
    w.input("x", {count}, 7);
    std::vector<Index> numbers(std::size_t(count), 0);
    numbers.back() = number;
    w.int64s("n", {count}, numbers), w.floats("one", {}, {1}), w.floats("two", {}, {2});
    w.node(type, {"x", "n"}, {"c"}, {}, "", "compare"), w.node("Where", {"c", "one", "two"}, {"y"});
    w.output("y");
    return error_of_import(Written(w).file);
  };
  for (const char* type : {"Equal", "Less", "GreaterOrEqual"})
    for (const Index count : {1, 65537}) {
      CHECK(error(type, 16777216, count) == "");
      CHECK(error(type, -16777216, count) == "");
      CHECK(has(error(type, 16777217, count),
                "compare: it compares with 16777217, but integers are compared as float32 here; "
                "legal: from -16777216 to 16777216"));
      CHECK(has(error(type, -16777217, count), "it compares with -16777217, but"));
    }
}

TEST_CASE("a planned import answers the same on several ranks") {
  for (const char* name : {"pictures.onnx", "block.onnx", "conv.mindir", "block.mindir",
                           "mobile.onnx", "decoder.onnx"})
    for (Index devices : {1, 3, 4}) {
      INFO(name, " ", devices);
      const Sample sample{name};
      const Imported net = import_model(sample.file, sample.options());
      NamedTensors parameters;
      for (const ImportedParameter& one : net.parameters)
        parameters.emplace(one.tensor.name, whole_of(one.tensor));
      const Plan p = plan(net.graph, devices);
      REQUIRE(!p.finding);
      test::Machine machine(view(p), parameters);
      machine.run(sample.inputs());
      for (Index rank = 0; rank < devices; ++rank)
        CHECK(distance(machine.output(rank), sample.expected(),
                       whole_box(sample.expected().shape)) < 1e-5);
    }
}

TEST_CASE("names are the file's: parameters, inputs, output, operations") {
  const Written written(layer());
  const Imported net = import_model(written.file);
  CHECK(parameter_names(net) == std::vector<std::string>{"layer1.weight", "layer1.bias"});
  CHECK(net.inputs == std::vector<std::string>{"x"});
  CHECK(net.outputs[0] == "3");
  const Graph& g = net.graph;
  CHECK(g.names[g.nodes[std::size_t(g.inputs[0])].name] == "x");
  CHECK(g.names[g.nodes[std::size_t(g.output)].name] == "3Add");
  CHECK(net.parameters[0].is_of_file);
  CHECK(net.parameters[0].tensor.chunks[0].data() > written.bytes.data());  // where the file has it
  CHECK(net.parameters[0].tensor.chunks[0].data() < written.bytes.data() + written.bytes.size());
  const NetworkRecord record = network_record(g, 2);  // of which MindSpore's files are made
  REQUIRE(record.strategies.size() == 2);
  CHECK(record.strategies[0].op == "MatMul");
  CHECK(record.names[record.strategies[0].parameter] == "layer1.weight");
}

TEST_CASE("another batch than the file's: every row has the answer that it has alone") {
  for (const char* name : {"block.onnx", "block.mindir", "conv.mindir", "dyn.mindir", "mobile.onnx",
                           "decoder.onnx"}) {
    const Sample sample{name};
    const Whole expected = sample.expected();
    const Index row = product(expected.shape) / expected.shape[0];
    for (Index count : {1, 2, 3, 8}) {
      INFO(name, " ", count);
      std::vector<Index> rows;
      for (Index i = 0; i < count; ++i) rows.push_back((i + 1) % expected.shape[0]);
      const std::vector<Whole> inputs = rows_of(sample.inputs(), rows);
      ImportOptions options = sample.options();
      for (std::size_t i = 0; i < inputs.size(); ++i) options.shapes[i] = inputs[i].shape;
      const Whole got = answer(import_model(sample.file, options), inputs);
      REQUIRE(got.shape[0] == count);
      for (Index i = 0; i < count; ++i)
        for (Index j = 0; j < row; ++j)
          CHECK(got.as<float>()[std::size_t(i * row + j)] ==
                doctest::Approx(expected.as<float>()[std::size_t(rows[std::size_t(i)] * row + j)])
                    .epsilon(1e-5));
    }
  }
}

TEST_CASE("where the batch cannot grow the import says so") {
  const auto error = [](const auto& change, const Dims& shape) {
    OnnxWriter w;
    w.input("x", {2, 3, 4});
    change(w);
    w.output("y");
    const Written written(w);
    REQUIRE(error_of_import(written.file) == "");  // of the file's batch
    return error_of_import(written.file, {{shape}, {}, false});
  };
  const auto reshape = [](OnnxWriter& w, const std::string& x, const std::string& y,
                          const std::vector<Index>& to) {
    w.int64s("to" + y, {Index(to.size())}, to);
    w.node("Reshape", {x, "to" + y}, {y}, {}, "", "r" + y);
  };
  CHECK(error([&](OnnxWriter& w) { reshape(w, "x", "y", {6, 4}); }, {3, 3, 4}) == "");
  CHECK(error([&](OnnxWriter& w) { reshape(w, "x", "y", {2, -1}); }, {3, 3, 4}) == "");
  CHECK(has(error(
                [&](OnnxWriter& w) {
                  reshape(w, "x", "y", {3, 8});
                },
                {3, 3, 4}),
            "cannot import x.onnx: Reshape ry: it makes [3, 8] of [2, 3, 4] in the file, where"));
  const auto swapped = [&](OnnxWriter& w) {  // the batch is behind another dimension
    w.node("Transpose", {"x"}, {"t"}, {integers("perm", {1, 0, 2})});
    reshape(w, "t", "y", {6, 4});
  };
  CHECK(has(error(swapped, {3, 3, 4}), "no dimension of its own any more"));
  const auto first = [](OnnxWriter& w) {
    w.int64s("zero", {}, {0});
    w.node("Gather", {"x", "zero"}, {"y"});
  };
  CHECK(has(error(first, {3, 3, 4}), "it takes a part of the batch"));
  const auto slice = [](Index end) {
    return [end](OnnxWriter& w) {
      w.int64s("from", {1}, {0}), w.int64s("to", {1}, {end});
      w.node("Slice", {"x", "from", "to"}, {"y"});
    };
  };
  CHECK(error(slice(2), {3, 3, 4}) == "");  // all of it
  CHECK(has(error(slice(1), {3, 3, 4}), "it takes a part of the batch"));
  const auto mean = [](OnnxWriter& w) { w.node("ReduceMean", {"x"}, {"y"}); };
  CHECK(has(error(mean, {3, 3, 4}), "it does not follow the batch"));
  const auto squeeze = [](OnnxWriter& w) { w.node("Squeeze", {"x"}, {"y"}); };
  CHECK(error(squeeze, {1, 3, 4}) == "");  // the batch stays
  CHECK(has(error(squeeze, {1, 5, 4}), "the input x is [2, 3, 4] there, and is to be [1, 5, 4]"));
  CHECK(has(error(squeeze, {3, 4}), "legal: another batch at most"));
}

TEST_CASE("shapes that the file leaves open are asked for") {
  OnnxWriter w;
  w.input("x", {-1, -1});
  w.node("Relu", {"x"}, {"y"});
  w.output("y");
  const Written written(w);
  CHECK(has(error_of_import(written.file),
            "the input x is [-1, -1] there, where -1 is left open; legal: a shape"));
  CHECK(import_model(written.file, {{{5, 7}}, {}, false}).graph.nodes[1].shape == Dims{5, 7});
  CHECK(has(error_of_import(written.file, {{{5, 7}, {1}}, {}, false}),
            "2 shapes are given; legal: 1, one for each input"));
}

TEST_CASE("all operators that are not supported are named at once") {
  OnnxWriter w;
  w.input("x", {2});
  w.node("Celu", {"x"}, {"a"}, {}, "", "first");
  for (const char* y : {"b", "c", "d", "e"})
    w.node("Sign", {"a"}, {y}, {}, "", std::string("sign_").append(y));
  w.node("Mul", {"b", "c"}, {"f"}), w.node("Mul", {"d", "e"}, {"g"}),
      w.node("Mul", {"f", "g"}, {"h"});
  w.node("Gelu", {"h"}, {"y"}, {}, "com.microsoft", "own");
  w.node("Unknown", {"x"}, {"unread"});
  w.output("y");
  CHECK(error_of_import(Written(w).file) ==
        "tenon: cannot import x.onnx: it has operators that are not supported: Celu (first); Sign "
        "(sign_b, sign_c, sign_d, ...); com.microsoft.Gelu (own)");
}

TEST_CASE("one rank's export of a network over many is refused") {
  const std::string error =
      error_of_import(read_model(TENON_EXAMPLE_DATA "/seed8/mindir/net_rank_1.mindir"));
  CHECK(has(error, "it is one rank's part of a network over many ranks"));
  CHECK(has(error, "AllGather (Default/layer1-Dense/AllGather-op0, "));
  CHECK(has(error, "legal: an export of the whole network"));
}

TEST_CASE("all outputs, or one that is asked for by its name") {
  const Sample sample("ops.mindir");
  const ModelFile& file = sample.file;
  CHECK(has(error_of_import(file, {{}, "none", false}), "it has no output none; legal: one of"));
  CHECK(import_model(file, {{}, "CNode_243", false}).outputs[0] == "CNode_243");
  ImportOptions options = sample.options();
  options.output.clear();
  Imported all = import_model(file, options);
  REQUIRE(all.outputs.size() == file.outputs.size());
  REQUIRE(all.outputs.size() == std::size_t(1 + all.graph.further.size()));
  for (std::size_t i = 0; i < all.outputs.size(); ++i) {
    CHECK(all.outputs[i] == file.name(file.outputs[i].value));
    if (i > 0) all.graph.output = all.graph.further[int(i) - 1];
    const Whole wanted = sample.expected(i), got = answer(all, sample.inputs());
    CHECK(distance(got.as<float>(), wanted, whole_box(wanted.shape)) < 1e-4);
  }
}

TEST_CASE("normalisations become part of the weights before them, unless these must stay") {
  const Sample sample("conv.mindir");
  const Imported folded = import_model(sample.file, sample.options());
  ImportOptions options = sample.options();
  options.keep_parameters = true;
  const Imported kept = import_model(sample.file, options);
  CHECK(sample.distance(0, options) < 1e-5);
  CHECK(operators_of(folded) ==
        std::vector<std::string_view>{"Conv2D", "BiasAdd", "ReLU", "MaxPool", "Conv2D", "BiasAdd",
                                      "ReLU", "AvgPool", "Flatten", "MatMul", "BiasAdd"});
  CHECK(parameter_names(folded)[2] == "conv2.weight*bn.gamma");
  CHECK(!folded.parameters[2].is_of_file);
  for (const char* name : {"conv2.weight", "bn.gamma", "bn.beta", "bn.moving_mean"})
    CHECK(contains(parameter_names(kept), std::string(name)));
}

TEST_CASE("a normalisation stays where what it normalises is read by others, too") {
  const Sample sample("norms.onnx");
  CHECK(operators_of(import_model(sample.file, sample.options(2))) ==
        std::vector<std::string_view>{"Conv2D", "Mul", "BiasAdd", "Add"});
  CHECK(operators_of(import_model(sample.file, sample.options(4))) ==
        std::vector<std::string_view>{"MatMul", "BiasAdd"});
}

namespace {

/// y = (work(x) + p) 2 - 3 a channel: what it has of operators, and that it says so.
std::vector<std::string_view> normalised(const std::string& type, const Dims& x, const Dims& w,
                                         const std::vector<Index>& p) {
  const auto list = [](const Dims& d) { return std::vector<Index>(d.begin(), d.end()); };
  const auto counted = [](const Dims& d, float from) {
    std::vector<float> values(std::size_t(product(d)));
    for (float& value : values) value = from++;
    return values;
  };
  OnnxWriter plain;
  plain.input("x", list(x));
  plain.floats("w", list(w), counted(w, 1));
  Dims of_p;
  for (Index size : p) of_p.push_back(size);
  plain.floats("p", p, counted(of_p, 10));
  plain.node(type, {"x", "w"}, {"c"}), plain.node("Add", {"c", "p"}, {"d"});
  OnnxWriter whole = plain;
  plain.output("d");
  const Written before(plain);
  Whole input(x, Element::float32);
  const std::vector<float> values = counted(x, 1);
  std::memcpy(input.memory.data(), values.data(), values.size() * sizeof(float));
  Whole expected = answer(import_model(before.file), {input});
  const std::size_t channels = std::size_t(expected.shape[1]);
  const auto each = [&](const std::string& name, float value) {
    whole.floats(name, {Index(channels)}, std::vector<float>(channels, value));
  };
  each("gamma", 4), each("beta", -3), each("mean", 0), each("variance", 4);
  whole.node("BatchNormalization", {"d", "gamma", "beta", "mean", "variance"}, {"y"},
             {real("epsilon", 0)});
  whole.output("y");
  const Written after(whole);
  const Imported net = import_model(after.file);
  const Whole got = answer(net, {input});
  REQUIRE(got.shape == expected.shape);
  for (Index i = 0; i < product(got.shape); ++i)
    CHECK(got.as<float>()[i] == doctest::Approx(expected.as<float>()[i] * 2 - 3));
  return operators_of(net);
}

}  // namespace

TEST_CASE("a sum before a normalisation is a bias only where it is one number a channel") {
  using Names = std::vector<std::string_view>;
  const Names folded{"MatMul", "BiasAdd"}, product{"MatMul", "Add", "Mul", "BiasAdd"},
      picture{"Conv2D", "Add", "Mul", "BiasAdd"};
  CHECK(normalised("MatMul", {3, 2}, {2, 4}, {4}) == folded);
  CHECK(normalised("MatMul", {3, 2}, {2, 4}, {1}) == product);  // the same for all channels
  CHECK(normalised("MatMul", {3, 2}, {2, 1}, {4}) == product);  // more channels than before it
  CHECK(normalised("MatMul", {3, 2}, {2, 4}, {1, 4}) == product);
  CHECK(normalised("Conv", {1, 2, 1, 2}, {2, 2, 1, 1}, {2}) == picture);  // along the width
  CHECK(normalised("Conv", {1, 2, 1, 2}, {2, 2, 1, 1}, {1}) == picture);
  CHECK(normalised("Conv", {1, 2, 1, 1}, {2, 2, 1, 1}, {3}) == picture);  // the width grows
  CHECK(normalised("Conv", {1, 2, 2, 2}, {2, 2, 1, 1}, {2, 1, 1}) == picture);
}

TEST_CASE("a layer normalisation in pieces is one") {
  const Sample sample("block.onnx");
  const Imported net = import_model(sample.file, sample.options());
  int found = 0, means = 0;
  for (std::string_view name : operators_of(net)) {
    found += name == "LayerNorm";
    means += name == "ReduceMean" || name == "Sqrt";
  }
  CHECK(found == 2);
  CHECK(means == 0);
  const auto operators = [](double exponent, Index axis) {  // what only looks like one stays
    OnnxWriter w;
    w.input("x", {2, 3, 4});
    w.node("ReduceMean", {"x"}, {"mean"}, {integers("axes", {-1})});
    w.node("Sub", {"x", "mean"}, {"d"});
    w.floats("two", {}, {float(exponent)}), w.floats("small", {}, {1e-3f});
    w.node("Pow", {"d", "two"}, {"square"});
    w.node("ReduceMean", {"square"}, {"variance"}, {integers("axes", {axis})});
    w.node("Add", {"small", "variance"}, {"v"}), w.node("Sqrt", {"v"}, {"s"});
    w.node("Div", {"d", "s"}, {"n"});
    w.floats("gamma", {4}, {1, 2, 3, 4}), w.floats("beta", {4}, {1, 2, 3, 4});
    w.node("Mul", {"gamma", "n"}, {"g"}), w.node("Add", {"beta", "g"}, {"y"});
    w.output("y");
    return operators_of(import_model(Written(w).file));
  };
  CHECK(operators(2, 2) == std::vector<std::string_view>{"LayerNorm"});
  CHECK(operators(3, 2).size() == 9);
  CHECK(operators(2, 1).size() == 9);
}

TEST_CASE("numbers that depend on the batch are parameters of another name for another batch") {
  const Sample sample("shapes.onnx");
  ImportOptions options = sample.options(1);
  const auto name = [&](Index rows) {
    options.shapes[0][0] = rows;
    return parameter_names(import_model(sample.file, options)).at(0);
  };
  CHECK(name(4) == "root=2.000000");
  CHECK(name(9) == "root=3.000000");
}

TEST_CASE("parameters without values can be filled later") {
  Sample sample("conv.mindir");
  for (FileValue& value : sample.file.values) {
    if (value.constant < 0) continue;
    const StoredTensor& tensor = sample.file.constants[std::size_t(value.constant)];
    if (tensor.shape.empty() || detail::Known::is_integer(tensor.element)) continue;
    sample.file.unfilled.push_back(
        {int(&value - sample.file.values.data()), true, tensor.shape, tensor.element});
    value.constant = -1;
  }
  Imported net = import_model(sample.file, sample.options());
  std::size_t filled = 0;
  for (ImportedParameter& one : net.parameters) {
    if (one.has_values) continue;  // epsilon
    for (const StoredTensor& tensor : sample.file.constants)
      if (tensor.name == one.tensor.name) one.tensor = tensor, one.has_values = true, ++filled;
  }
  CHECK(filled == 9);
  const Whole got = answer(net, sample.inputs());
  CHECK(distance(got.as<float>(), sample.expected(), whole_box(got.shape)) < 1e-5);
}

TEST_CASE("what is known before running is not run; what nothing needs is left out") {
  const Sample sample("shapes.onnx");
  const Imported net = import_model(sample.file, sample.options(0));
  CHECK(operators_of(net) == std::vector<std::string_view>{"Reshape", "Add"});
  const Imported last = import_model(sample.file, sample.options(3));
  CHECK(operators_of(last) == std::vector<std::string_view>{"Mul"});
  const Sample products("products.onnx");  // a product transposes by itself
  CHECK(operators_of(import_model(products.file, products.options(4))) ==
        std::vector<std::string_view>{"MatMul"});
}

TEST_CASE("integers are divided as integers") {
  OnnxWriter w;
  w.input("x", {6});
  w.int64s("seven", {1}, {7}), w.int64s("two", {1}, {2});
  w.node("Div", {"seven", "two"}, {"three"}), w.node("Mul", {"three", "two"}, {"six"});
  w.node("ConstantOfShape", {"six"}, {"zeros"}), w.node("Add", {"x", "zeros"}, {"y"});
  w.output("y");
  CHECK(error_of_import(Written(w).file) == "");
}

TEST_CASE("constants are rounded to their own type, operator by operator") {
  const auto result = [](const std::function<void(OnnxWriter&)>& make) {
    OnnxWriter w;
    w.input("x", {1});
    make(w);
    w.node("Add", {"x", "c"}, {"y"});
    w.output("y");
    const Written written(w);
    const Imported net = import_model(written.file);
    CHECK(operators_of(net).size() == 1);
    return answer(net, {Whole({1}, Element::float32)}).as<float>()[0];
  };
  const auto cast_to = [](const std::string& x, const std::string& y, Index type) {
    return [=](OnnxWriter& w) { w.node("Cast", {x}, {y}, {integer("to", type)}); };
  };
  CHECK(result([](OnnxWriter& w) {  // 6.99999988 in double precision
          w.floats("a", {1}, {10}), w.floats("b", {1}, {0.7f});
          w.node("Mul", {"a", "b"}, {"m"}), w.node("Floor", {"m"}, {"c"});
        }) == std::floor(10.0f * 0.7f));
  for (Index type : {1, 11})
    CHECK(result([&](OnnxWriter& w) {
            w.initializer(tensor("a", 11, {1}, raw(std::vector<double>{7 - 1e-9})));
            cast_to("a", "b", type)(w), w.node("Floor", {"b"}, {"f"}), cast_to("f", "c", 1)(w);
          }) == std::floor(type == 1 ? double(float(7 - 1e-9)) : 7 - 1e-9));
  for (Index type : {1, 10, 16})  // of 24, 11 and 8 bits
    CHECK(result([&](OnnxWriter& w) {
            w.floats("a", {1}, {2049});
            cast_to("a", "h", type)(w), cast_to("h", "c", 1)(w);
          }) == (type == 1 ? 2049 : 2048));
}

TEST_CASE("an output that an operator has not is told") {
  OnnxWriter w;
  w.input("x", {6});
  w.node("Relu", {"x"}, {"y", "more"});
  w.output("more");
  CHECK(error_of_import(Written(w).file) ==
        "tenon: cannot import x.onnx: more is no tensor, or an output of an operator that has "
        "fewer here");
}

TEST_CASE("a small file makes no large network") {
  OnnxWriter w;
  w.input("x", {65536});
  w.int64s("size", {1}, {65536});
  std::string last = "x";
  for (int i = 0; i < 70; ++i) {
    const std::string number = std::to_string(i);
    w.node("ConstantOfShape", {"size"}, {"c" + number});
    w.node("Add", {last, "c" + number}, {"y" + number});
    last = "y" + number;
  }
  w.output(last);
  CHECK(has(error_of_import(Written(w).file),
            "more than 4194304 elements are computed of constants"));
}

TEST_CASE("errors name the node and what is wrong with its operands") {
  const auto error = [](const std::function<void(OnnxWriter&)>& change) {
    OnnxWriter w;
    w.input("x", {2, 3});
    change(w);
    w.output("y");
    return error_of_import(Written(w).file);
  };
  CHECK(
      has(error([](OnnxWriter& w) {
            w.floats("b", {4}, {1, 2, 3, 4});
            w.node("Add", {"x", "b"}, {"y"}, {}, "", "sum");
          }),
          "cannot import x.onnx: Add sum: illegal network: two operands have different sizes in a "
          "shared dimension"));
  CHECK(has(error([](OnnxWriter& w) {
              w.node("Reshape", {"x", "x"}, {"y"});
            }),
            "Reshape y: its shape is only known while running; legal: a constant"));
  CHECK(has(error([](OnnxWriter& w) {
              w.node("Conv", {"x", "x"}, {"y"});
            }),
            "Conv y: of [2, 3]; legal: 4 dimensions"));
  CHECK(has(error([](OnnxWriter& w) { w.node("Add", {"x"}, {"y"}); }), "Add y: it has no input 1"));
  CHECK(has(error([](OnnxWriter& w) { w.node("Cast", {"x"}, {"y"}, {integer("to", 7)}); }),
            "Cast y: from float32 to int64, which is not supported; legal: to a floating type"));
  for (Index type : {6, 7})
    CHECK(has(error([&](OnnxWriter& w) {
                w.node("Not", {"x"}, {"c"}), w.node("Cast", {"c"}, {"y"}, {integer("to", type)});
              }),
              ", which is not supported: a condition is a float here, 0 and 1; legal: to a "
              "floating type"));
  const auto of_bool = [&](const std::function<void(OnnxWriter&)>& make) {
    return error([&](OnnxWriter& w) { w.input("given", {2, 3}, 9), make(w); });
  };
  const std::string refused = ": a condition that the network is given is boolean, which is not "
                              "supported; legal: int32, int64 or a float, and Cast of it";
  CHECK(has(of_bool([](OnnxWriter& w) { w.node("Where", {"given", "x", "x"}, {"y"}); }),
            "Where y" + refused));
  CHECK(has(of_bool([](OnnxWriter& w) { w.node("Not", {"given"}, {"y"}); }), "Not y" + refused));
  CHECK(has(of_bool([](OnnxWriter& w) {
              w.node("Cast", {"given"}, {"y"}, {integer("to", 1)});
            }),
            "Cast y" + refused));
  CHECK(has(error([](OnnxWriter& w) {
              w.int64s("i", {}, {3});
              w.node("Gather", {"x", "i"}, {"y"}, {integer("axis", 1)});
            }),
            "an index is outside the 3 of dimension 1"));
  CHECK(has(error([](OnnxWriter& w) {
              w.node("Transpose", {"x"}, {"y"}, {integers("perm", {0, 0})});
            }),
            "an axis is named that the operand has not"));
  CHECK(has(error([](OnnxWriter& w) {
              w.int64s("to", {2}, {2, 4});
              w.node("Expand", {"x", "to"}, {"y"});
            }),
            "Expand y: illegal network: two operands have different sizes in a shared dimension"));
  CHECK(has(error([](OnnxWriter& w) {
              w.int64s("times", {2}, {1, -2});
              w.node("Tile", {"x", "times"}, {"y"});
            }),
            "Tile y: it repeats dimension 1 of [2, 3] -2 times"));
  CHECK(has(error([](OnnxWriter& w) {
              w.int64s("pads", {3}, {1, 0, 1});
              w.node("Pad", {"x", "pads"}, {"y"});
            }),
            "Pad y: it has 3 pads; legal: 4"));
  CHECK(has(error([](OnnxWriter& w) {
              w.int64s("pads", {4}, {0, -2, 0, -2});
              w.node("Pad", {"x", "pads"}, {"y"});
            }),
            "Pad y: it leaves nothing of dimension 1"));
  CHECK(has(error([](OnnxWriter& w) {
              w.floats("by", {2}, {1, 1.5f});
              w.node("Resize", {"x", "", "by"}, {"y"});
            }),
            "Resize y: dimension 1 does not grow by a whole number of times"));
  CHECK(has(error([](OnnxWriter& w) { w.node("Trilu", {"x"}, {"y"}); }),
            "Trilu y: it is of values that are only known while running"));
  CHECK(has(error([](OnnxWriter& w) {
              w.int64s("to", {1}, {7});
              w.node("Reshape", {"x", "to"}, {"y"});
            }),
            "a reshape changes the number of elements: elements: 6, asked for: 7"));
}
