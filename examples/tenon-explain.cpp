// SPDX-License-Identifier: Apache-2.0
// How an operator is cut, and without an operator how a network is, in which pipeline stages:
//   tenon-explain --model mlp.mindir --strategy 'strategy_rank{}.ckpt' --devices 8
//   tenon-explain --auto --devices 8 --machine mine.json         the cuts that cost least there
//   tenon-explain --operator MatMul --shapes '((32,784),(784,512))' --strategy '((2,1),(1,2))'
#include <CLI/CLI.hpp>
#include <iostream>

#include "explain/auto_text.hpp"
#include "explain/case_file.hpp"
#include "explain/network_text.hpp"
#include "explain/operator_text.hpp"
#include "support/stage_options.hpp"

using namespace tenon;
using namespace tenon::explain;

struct Options {
  Index devices = 8, batch = 32, total_devices = 0;
  AutoQuestion search;
  std::string name, shapes, strategy, out_strategy, attributes, question, cases;
  std::vector<std::string> stages;  // layer1=0
  bool strict = false, as_json = false, record = false;
};

static void describe(CLI::App& app, Options& o) {
  const CLI::Range count(Index(1), Index(4096));
  auto* devices =
      app.add_option("--devices", o.devices, "ranks, of all stages of a network")->check(count);
  devices->capture_default_str();
  auto* batch =
      app.add_option("--batch", o.batch, "rows of the tutorial's network; of a --model, the file's")
          ->check(CLI::Range(Index(1), Index(1) << 31))
          ->capture_default_str();
  auto* record = app.add_flag("--record", o.record, "MindSpore's plan and layouts of the network");
  auto* name = app.add_option("--operator", o.name, "MindSpore's name: MatMul, log_softmax, ...");
  auto* shapes =
      app.add_option("--shapes", o.shapes, "of its inputs: ((32,784),(784,512)) or JSON");
  auto* strategy = app.add_option(
      "--strategy", o.strategy,
      "of an operator: a split for each input; without one MindSpore's default. Of a network: a "
      "strategy file, which also says stages; with {} in its name the files of all stages");
  auto* out = app.add_option("--out-strategy", o.out_strategy, "the output's split: (4,1)");
  auto* attributes = app.add_option("--attributes", o.attributes, R"(JSON: {"transpose_b": true})");
  auto* total = app.add_option("--total-devices", o.total_devices,
                               "of the cluster; matters for MindSpore's powers of two")
                    ->check(count);
  auto* question = app.add_option("--question", o.question,
                                  "all of that as one JSON object in a file, - for stdin: devices, "
                                  "operator, shapes, strategies, attributes, out_strategy, "
                                  "total_devices");
  auto* strict = app.add_flag("--strict", o.strict, "refuse what MindSpore refuses");
  auto* as_json = app.add_flag("--json", o.as_json, "one JSON object instead of text");
  auto* cases = app.add_option("--cases", o.cases, "check a file of facts about MindSpore");
  program::describe(app, o.search.search);
  auto* automatic = app.get_option("--auto");
  auto* model = app.add_option("--model", o.search.model,
                               "of a MindIR or ONNX file instead of the tutorial's network");
  auto* fixed = app.add_option("--fixed", o.search.fixed,
                               "a strategy file whose operators keep their strategies");
  auto* written = app.add_option("--write-strategy", o.search.written,
                                 "write what was found, for --strategy: a .ckpt or .json file");
  for (auto* option : {fixed, written, app.get_option("--machine")}) option->needs(automatic);
  automatic->excludes(name)->excludes(record)->excludes(strict)->excludes(question);
  fixed->excludes(strategy);
  for (auto* option : {shapes, out, attributes, total}) option->needs(name);
  auto* stages = program::describe_stages(app, o.stages);
  for (auto* option : {name, question}) option->excludes(model)->excludes(stages);
  strategy->excludes(question);
  for (auto* option : {name, shapes, devices}) option->excludes(question);
  for (auto* option : {name, question}) option->excludes(batch)->excludes(record);
  for (auto* option : {devices, batch, record, name, question, strict, as_json, model, strategy,
                       stages})
    option->excludes(cases);
}

/// The flags as the object that --question reads.
static json question_of(const Options& o) {
  json c{{"operator", o.name}, {"devices", o.devices}};
  if (o.shapes.empty()) throw Error("--shapes is missing: the shapes of the operator's inputs");
  c["shapes"] = parse_notation("--shapes", o.shapes);
  if (!o.strategy.empty()) c["strategies"] = parse_notation("--strategy", o.strategy);
  if (!o.out_strategy.empty()) c["out_strategy"] = parse_notation("--out-strategy", o.out_strategy);
  if (o.total_devices) c["total_devices"] = o.total_devices;
  if (!o.attributes.empty()) c["attributes"] = json::parse(o.attributes, nullptr, false);
  if (o.attributes.empty() || !c["attributes"].is_discarded()) return c;
  throw Error("--attributes is no JSON: " + o.attributes);
}

static json read_question(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path);
  if (path != "-" && !file) throw Error("cannot read " + path);
  json c = json::parse(path == "-" ? std::cin : file, nullptr, false);
  if (c.is_discarded() || !c.is_object()) throw Error(path + " is no JSON object");
  return c;
}

static void explain_operator(const Options& o) {
  const json c = o.question.empty() ? question_of(o) : read_question(o.question);
  const OperatorQuestion q = operator_question(c, check_attribute_names);
  const List<Finding> found = q.objections();
  if (o.strict && !found.empty())
    throw Error("MindSpore refuses it: " + text(found[0], q.op->name));
  if (o.as_json) std::cout << operator_json(q).dump() << "\n";
  else operator_text(std::cout, q);
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"How operators and networks are cut over ranks, and what MindSpore makes of it"};
  try {
    describe(app, options);
    app.parse(argc, argv);
    const std::vector<LayerStage> stages = program::layer_stages(options.stages);
    if (!options.cases.empty()) return check_cases(options.cases, std::cout).failed ? 1 : 0;
    if (!options.search.search.mode.empty()) {
      options.search.devices = options.devices, options.search.batch = options.batch;
      options.search.says_batch = app.count("--batch") > 0;
      options.search.as_json = options.as_json;
      options.search.stages = stages;
      if (!options.strategy.empty()) options.search.fixed = options.strategy;
      explain_search(std::cout, options.search);
    } else if (!options.name.empty() || !options.question.empty()) explain_operator(options);
    else
      explain_network(
          std::cout,
          {options.devices,
           options.search.model.empty() || app.count("--batch") ? options.batch : Index(0),
           options.record, options.strict, options.as_json, options.search.model,
           options.strategy, stages});
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) ? 2 : 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 2;
  }
}
