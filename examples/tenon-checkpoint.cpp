// SPDX-License-Identifier: Apache-2.0
// Checkpoints of any layout become those of any other; what is in one; whether it is whole.
//   tenon-checkpoint merge --strategy strategy.ckpt --out whole.ckpt 'rank_{}/checkpoint.ckpt'
#include <CLI/CLI.hpp>
#include <iostream>

#include "checkpoint/convert.hpp"
#include "checkpoint/info.hpp"
#include "checkpoint/strategies.hpp"
#include "checkpoint/verify.hpp"

using namespace tenon;
using namespace tenon::checkpoint;

struct Options {
  Transformation transformation;  // slice, merge, transform
  Verification verification;
  Conversion conversion;
  std::vector<std::string> files;
  std::string out;
  Index rank = 0;
  bool check_crc = false, as_json = false;  // as_json is read before the rest, for errors
};

static constexpr auto about_files =
    "a name with {} where the rank's number goes, a folder of rank_0, rank_1, ..., or a file for "
    "each rank, in the order of their numbers";
static constexpr auto about_strategy =
    "MindSpore's strategy file, protobuf or JSON; once for each stage of a pipeline, or merged";

static CLI::Option* strategy_option(CLI::App& app, const std::string& name,
                                    std::vector<std::string>& into, const std::string& about) {
  return app.add_option(name, into, about)->allow_extra_args(false)->required();
}

static CLI::App& command(CLI::App& app, Options& o, const std::string& name,
                         const std::string& about, const std::string& example) {
  CLI::App* sub = app.add_subcommand(name, about);
  sub->footer("Example:\n  tenon-checkpoint " + example);
  sub->add_flag("--json", o.as_json, "one JSON document on stdout, also for an error");
  return *sub;
}

static void describe_writing(CLI::App& sub, Transformation& t) {
  sub.add_flag("--crc", t.checksum, "end each .ckpt with a checksum (MindSpore's crc_check)");
  sub.add_flag("--check-crc", t.check_crc, "check the checksums of what is read");
  sub.add_flag("--drop-strings", t.drop_strings, "leave out what a .safetensors cannot hold");
}

static void describe_rank(CLI::App& sub, Transformation& t) {
  sub.add_option("--rank", t.rank,
                 "write this rank's file alone; source files that it does not "
                 "need may be missing");
}

static void describe_transformations(CLI::App& app, Options& o) {
  Transformation& t = o.transformation;
  CLI::App& slice =
      command(app, o, "slice", "One whole file becomes a file for each rank",
              "slice --strategy strategy.ckpt --out 'sliced/rank_{}/net{}.ckpt' net.ckpt");
  strategy_option(slice, "--strategy", t.to, about_strategy);
  slice.add_option("--out", t.out, "a name with {} where the rank's number goes")->required();
  slice.add_option("FILE", t.files, "a .ckpt, a .safetensors or an index of them")
      ->required()
      ->expected(1);
  CLI::App& merge = command(app, o, "merge", "The files of all ranks become one",
                            "merge --strategy strategy.ckpt --out net.ckpt 'rank_{}/net{}.ckpt'");
  strategy_option(merge, "--strategy", t.from, about_strategy);
  merge.add_option("--out", t.out, "a .ckpt or a .safetensors")->required();
  merge.add_option("FILES", t.files, about_files)->required();
  CLI::App& transform = command(
      app, o, "transform", "The files of one strategy become those of another",
      "transform --from strategy8.ckpt --to strategy4.ckpt --out 'to/rank_{}/net.ckpt' from");
  strategy_option(transform, "--from", t.from, "the files' strategy; none: one whole file");
  strategy_option(transform, "--to", t.to, "the strategy to write; none: one whole file");
  transform.add_option("--out", t.out, "a name with {} where the rank's number goes")->required();
  transform.add_option("FILES", t.files, about_files)->required();
  for (CLI::App* sub : {&slice, &merge, &transform}) describe_writing(*sub, t);
  for (CLI::App* sub : {&slice, &transform}) describe_rank(*sub, t);
  for (CLI::App* sub : {&merge, &transform})
    sub->add_flag("--trust", t.trust, "do not compare replicas and look for copied files");
}

static void describe_questions(CLI::App& app, Options& o) {
  CLI::App& info = command(app, o, "info", "What is in files: tensors, layouts, an array",
                           "info net.ckpt strategy.ckpt");
  info.add_option("FILES", o.files, "checkpoints, strategy files, .npy, in any format")->required();
  info.add_flag("--check-crc", o.check_crc, "check the checksum");
  CLI::App& verify = command(app, o, "verify", "Whether the files are all that the strategy says",
                             "verify --strategy strategy.ckpt 'rank_{}/net{}.ckpt'");
  Verification& v = o.verification;
  strategy_option(verify, "--strategy", v.strategy, about_strategy);
  verify.add_option("FILES", v.files, about_files)->required();
  verify.add_flag("--check-crc", v.check_crc, "check the checksums, too");
  verify.add_flag("--allow-missing", v.allow_missing,
                  "parameters of the strategy may be in no "
                  "file (the optimizer's state)");
  CLI::App& ranks = command(app, o, "ranks", "Which ranks' files a rank of another layout needs",
                            "ranks --from strategy8.ckpt --to none --rank 0");
  strategy_option(ranks, "--from", o.transformation.from, "the files' strategy, or none");
  strategy_option(ranks, "--to", o.transformation.to, "the strategy to come, or none");
  ranks.add_option("--rank", o.rank, "of the strategy to come")->required();
}

static void describe_files(CLI::App& app, Options& o) {
  CLI::App& merge = command(app, o, "merge-strategies", "The strategy files of all stages in one",
                            "merge-strategies --out all.ckpt stage0.ckpt stage1.ckpt");
  merge.add_option("--out", o.out, "a .ckpt, or a .json where the files are JSON")->required();
  merge.add_option("FILES", o.files, "one for each stage")->required();
  CLI::App& convert = command(app, o, "convert", "One file in another format",
                              "convert --out net.safetensors net.ckpt");
  Conversion& c = o.conversion;
  convert.add_option("--out", c.out, "a .ckpt or a .safetensors")->required();
  convert.add_option("FILE", c.file, "a .ckpt, a .safetensors or an index of them")->required();
  convert.add_flag("--crc", c.checksum, "end the .ckpt with a checksum");
  convert.add_flag("--check-crc", c.check_crc, "check the checksum of the file");
  convert.add_flag("--drop-strings", c.drop_strings, "leave out what a .safetensors cannot hold");
}

static Answer info_of_all(const Options& o) {
  if (o.files.size() == 1) return info(o.files[0], o.check_crc);
  Answer all{"", json::array()};
  for (const std::string& path : o.files) {
    const Answer one = info(path, o.check_crc);
    all.text += one.text;
    all.document.push_back(one.document);
  }
  return all;
}

static Answer answer(const std::string& name, Options& o) {
  o.transformation.name = name;
  if (name == "info") return info_of_all(o);
  if (name == "verify") return verified(o.verification);
  if (name == "convert") return converted(o.conversion);
  if (name == "ranks") return ranks_needed(o.transformation.from, o.transformation.to, o.rank);
  if (name == "merge-strategies") return merged(o.files, o.out);
  return transformed(o.transformation);
}

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Checkpoints of MindSpore and .safetensors: what is in them, and from any layout to "
      "any other"};
  describe_questions(app, options);
  describe_transformations(app, options);
  describe_files(app, options);
  app.require_subcommand(1);
  const bool as_json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
  const auto tell = [&](const std::string& error) {
    if (as_json) std::cout << dumped({{"error", error}}) << std::endl;
  };
  try {
    app.parse(argc, argv);
    const Answer found = answer(app.get_subcommands().front()->get_name(), options);
    std::cout << (as_json ? dumped(found.document) + "\n" : found.text) << std::flush;
    if (!std::cout) throw Error("cannot write the answer to stdout");
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) tell(error.what());
    return app.exit(error) ? 2 : 0;
  } catch (const std::exception& error) {
    tell(error.what());
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
