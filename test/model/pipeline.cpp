// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/pipeline.hpp>

#include <cstring>
#include <filesystem>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/io/stage_strategies.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/transform.hpp>
#include <tenon/model/evaluate.hpp>
#include <tenon/model/export.hpp>
#include <tenon/model/load.hpp>
#include <tenon/model/save.hpp>
#include <tenon/model/tcp_host.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "../comm/free_port.hpp"
#include "../support/error_of.hpp"
#include "checkpoints.hpp"
#include "mnist.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// MindSpore's pipe8 on 8 ranks; on others as many stages as there may be.
struct Staged {
  Dense layer1{"layer1", 784, 512}, layer2{"layer2", 512, 512}, layer3{"layer3", 512, 10};

  constexpr explicit Staged(Index ranks) {
    const bool three = ranks % 3 == 0;
    if (ranks == 1) return;
    layer1.pipeline_stage = 0;
    layer2.pipeline_stage = three ? 1 : 0;
    layer3.pipeline_stage = three ? 2 : 1;
    if (ranks == 8) cut();
  }
  constexpr void cut() {
    layer1.matmul.shard({{2, 1}, {1, 2}});
    layer2.matmul.shard({{1, 2}, {2, 2}});
    layer3.matmul.shard({{2, 2}, {2, 1}});
  }
  constexpr auto construct(auto x) const { return layer3(relu(layer2(relu(layer1(flatten(x)))))); }
};
/// Its layouts of 8 ranks on 4, without stages.
struct OneStage : Staged {
  constexpr explicit OneStage(Index) : Staged(1) { cut(); }
};

/// Its second stage has no parameters.
struct WithoutParameters {
  Dense layer{"layer", 6, 6};
  Transpose turn{Dims{1, 0}};
  constexpr WithoutParameters() { layer.pipeline_stage = 0, turn.pipeline_stage = 1; }
  constexpr auto construct(auto x) const { return turn(layer(x)); }
};

using StagedCounts = AnyOf<1, 2, 3, 4, 6, 8>;
using StagedModel = Model<Staged, Input<32, 28, 28>, StagedCounts>;
using InMicroBatches =
    Model<Staged, Inputs<Input<32, 28, 28>, MicroBatches<4>, PipelineResultBroadcast>,
          StagedCounts>;

bool is_last(auto& model) { return model.stage() + 1 == model.stages(); }

/// Whether each rank has the same of every parameter in both.
bool same_parameters(auto& a, auto& b, Index place) {
  const auto &one = a.parameters().slices(), &other = b.parameters().slices();
  bool same = one.size() == other.size();
  for (std::size_t i = 0; same && i < one.size(); ++i) {
    const std::size_t count = std::size_t(one[i].bytes(place));
    same = one[i].name == other[i].name && one[i].distribution == other[i].distribution &&
           (count == 0 || std::memcmp(one[i].data, other[i].data, count) == 0);
  }
  return same;
}

/// The tutorial's file in the stages of Staged.
BuildOptions in_stages(int ranks) {
  BuildOptions options = of_mlp();
  if (ranks == 1) return options;
  options.pipeline_stages = {{"layer1", 0},
                             {"layer2", ranks % 3 ? 0 : 1},
                             {"layer3", ranks % 3 ? 1 : 2}};
  return options;
}

/// The answers of a file's model to the first images.
std::vector<float> logits_of_file(FileModel& model, const Mnist& mnist, Index images) {
  std::vector<ModelTensor> inputs = model.get_inputs();
  inputs[0].set_shape({images, 28, 28});
  inputs[0].set_data(mnist.rows(0, images));
  const ModelTensor y = model.predict(inputs)[0];
  return {y.data<float>().begin(), y.data<float>().end()};
}

}  // namespace

MPI_TEST_CASE("a pipeline gives MindSpore's answers, from slices that were cut otherwise",
              tenon_test::all_ranks) {
  const Mnist mnist;
  StagedModel model(world, Cpu{});
  model.load(slices, strategy);
  for (const Index batch : {32, 1, 7, 32})
    for (Index at = 0; at < 64; at += batch) {  // ranks of earlier stages run ahead
      const auto y = model.predict(mnist.rows(at, batch));
      if (is_last(model)) CHECK(mnist.are_right(y, at, batch));
      else CHECK(y.empty());
    }
}

MPI_TEST_CASE("micro-batches of any batch, and the result on every rank", tenon_test::all_ranks) {
  const Mnist mnist;
  InMicroBatches model(world, Cpu{});
  model.load(slices, strategy);
  for (const Index batch : {32, 6, 4, 3, 1}) {
    const auto y = model.predict(mnist.rows(0, batch));
    CHECK(mnist.are_right(y, 0, batch));
  }
}

MPI_TEST_CASE("two stages of four have the bits of their layouts on four ranks", 8) {
  const Mnist mnist;
  StagedModel model(world, Cpu{});
  model.load(slices, strategy);
  const auto y = model.predict(mnist.rows(0, 32));
  const boost::mpi::communicator half = world.split(world.rank() / 4);
  Model<OneStage, Input<32, 28, 28>, Devices<4>> one(half, Cpu{});
  one.load(slices, strategy);
  const auto expected = one.predict(mnist.rows(0, 32));
  if (!is_last(model)) return;
  REQUIRE(y.size() == expected.size());
  CHECK(std::memcmp(y.data(), expected.data(), y.size_bytes()) == 0);
}

MPI_TEST_CASE("a reproducible pipeline has the bits of one rank", tenon_test::all_ranks) {
  const Mnist mnist;
  const CpuOptions how{.reproducible = true};
  StagedModel model(world, Cpu(how)), alone(Cpu{how});
  model.load(slices, strategy), alone.load(slices, strategy);
  const auto y = model.predict(mnist.rows(0, 32)), expected = alone.predict(mnist.rows(0, 32));
  if (is_last(model)) CHECK(std::memcmp(y.data(), expected.data(), expected.size_bytes()) == 0);
}

MPI_TEST_CASE("each stage holds its own parameters, and reads its own files alone", 8) {
  const Mnist mnist;
  Checkpoints files(world);
  const std::string stages = files / "pipe8.ckpt";
  files.spoil([&] {  // MindSpore's own strategy files, merged; and slices by them
    const auto of_stage = [](const char* rank) {
      return read_strategy(std::string(TENON_TEST_DATA "/mindspore/strategy/pipe8/strategy_rank")
                               .append(rank)
                               .append(".ckpt"));
    };
    write_strategy(stages, merge_strategies({of_stage("0"), of_stage("4")}));
    const ShardedTensors seed8(files_of(files.pattern(), 8),
                               StrategyPlaces(read_strategy(files.strategy())));
    transform(seed8, StrategyPlaces(read_strategy(stages)),
              files_of(files / "rank_{}/pipe{}.ckpt", 8));
    for (int rank = 0; rank < 8; ++rank) {  // stage 0 finds files 0 to 3 alone, stage 1 the others
      const std::string name = "/pipe" + std::to_string(rank) + ".ckpt";
      const std::string to = files / ("of_stage" + std::to_string(rank / 4)) + name;
      std::filesystem::create_directories(std::filesystem::path(to).parent_path());
      std::filesystem::rename(files / ("rank_" + std::to_string(rank)) + name, to);
    }
  });
  StagedModel model(world, Cpu{});
  model.load(files / ("of_stage" + std::to_string(model.stage()) + "/pipe{}.ckpt"), stages);
  for (const Parameters::Slice& slice : model.parameters().slices())
    CHECK((slice.name.substr(0, 6) == "layer3") == (model.stage() == 1));
  const auto y = model.predict(mnist.rows(0, 32));
  if (is_last(model)) CHECK(mnist.are_right(y, 0, 32));
  // a parameter of one stage is missing: one error on every rank, and all is as it was
  const std::string text = error_of([&] { model.load(files / "of_stage0/pipe{}.ckpt", stages); });
  CHECK(text.find("pipe4.ckpt") != std::string::npos);
  const auto again = model.predict(mnist.rows(0, 32));
  if (is_last(model)) CHECK(mnist.are_right(again, 0, 32));
}

MPI_TEST_CASE("parameters are set by name in the stage that has them", tenon_test::all_ranks) {
  StagedModel model(world, Reference{});
  const std::vector<float> bias{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  model.set_parameter<float>("layer3.bias", bias);
  CHECK(error_of([&] { model.set_parameter<float>("layer4.bias", bias); }).find("layer4.bias") !=
        std::string::npos);
  const auto y = model.predict(std::vector<float>(784, 1.f));
  if (is_last(model)) CHECK(std::vector<float>(y.begin(), y.end()) == bias);
}

MPI_TEST_CASE("a pipeline of virtual ranks", 1) {
  const Mnist mnist;
  for (const int ranks : {2, 6})
    run_virtual_ranks(ranks, [&](Communication& communication) {
      InMicroBatches model(communication, Reference{});
      model.load(slices, strategy);
      CHECK(mnist.are_right(model.predict(mnist.rows(0, 32)), 0, 32));
    });
}

MPI_TEST_CASE("a model file runs in the stages that strategy files say", tenon_test::all_ranks) {
  const Mnist mnist;
  Checkpoints files(world);
  const std::string merged = files / "stages.ckpt", of_stages = files / "stage{}.ckpt";
  files.spoil([&] {
    const auto made = stage_strategies(trace(Staged(world.size()), {{{32, 28, 28}}}), world.size());
    write_strategy(merged, merge_strategies(made));
    for (std::size_t stage = 0; stage < made.size(); ++stage)
      write_strategy(files / ("stage" + std::to_string(stage * 4) + ".ckpt"), made[stage]);
  });
  for (const std::string& said : {merged, of_stages})
    for (const Index micro : {1, 3})
      for (const bool broadcast : {true, false}) {
        FileModel model(world);
        BuildOptions options = of_mlp();
        options.strategy = said;
        options.micro_batches = micro;
        options.pipeline_result_broadcast = broadcast;
        build(model, mlp, options);
        const bool staged = model.plan().devices < world.size();
        CHECK(staged == (world.size() > 1));
        std::vector<ModelTensor> inputs = model.get_inputs();
        for (const Index batch : {32, 5}) {
          inputs[0].set_shape({batch, 28, 28});
          inputs[0].set_data(mnist.rows(0, batch));
          const ModelTensor y = model.predict(inputs)[0];
          if (broadcast || world.rank() + 1 == world.size() || !staged)
            CHECK(mnist.are_right(y.data<float>(), 0, batch));
          else if (world.rank() == 0) CHECK(y.data() == nullptr);
        }
      }
  BuildOptions wrong = of_mlp();
  wrong.strategy = files / "none{}.ckpt";
  FileModel model(world);
  CHECK(error_of([&] { build(model, mlp, wrong); }).find("there is no strategy file") !=
        std::string::npos);
}

MPI_TEST_CASE("law: what a pipeline saves is what is loaded, by a pipeline or by one rank",
              tenon_test::all_ranks) {
  const Mnist mnist;
  Checkpoints files(world);
  const std::string pattern = files / "saved/rank_{}/x{}.ckpt", merged = files / "saved/all.ckpt",
                    other = files / "other/x{}.safetensors",
                    of_stages = files / "other/strategy_rank{}.json",
                    whole = files / "saved/whole.ckpt";
  StagedModel model(world, Cpu{}), again(world, Cpu{}), expected(Cpu{});
  const Index place = world.rank() % model.plan().devices;
  model.load(slices, strategy), expected.load(slices, strategy);
  save_checkpoint(model, pattern, {.integrated_save = false, .strategy = merged});
  save_checkpoint(model, other, {.integrated_save = false, .strategy = of_stages});
  save_checkpoint(model, whole);
  CHECK(!same_parameters(model, again, place));
  for (const auto& file :
       {std::pair(pattern, merged), {other, of_stages}, {whole, std::string()}}) {
    CAPTURE(file.first);
    StagedModel loaded(world, Cpu{}), by_one(Cpu{});
    loaded.load(file.first, file.second), by_one.load(file.first, file.second);
    CHECK(same_parameters(model, loaded, place));
    CHECK(same_parameters(expected, by_one, 0));
  }
  // slices of its own stage alone are in a rank's file
  const TensorFile own = open_tensors(numbered(pattern, world.rank()));
  CHECK(bool(own.find("layer3.weight")) == is_last(model));
  CHECK(bool(own.find("layer1.weight")) == (model.stage() == 0));
  if (world.size() != 8) return;
  for (const int rank : {0, 4}) {  // MindSpore's files of the same stages
    const StrategyFile saved = read_strategy(numbered(of_stages, rank)),
                       theirs = read_strategy(
                           std::string(TENON_TEST_DATA "/mindspore/strategy/pipe8/strategy_rank")
                               .append(std::to_string(rank))
                               .append(".ckpt"));
    CHECK(saved.layouts.size() == theirs.layouts.size());
    for (const StoredStrategy& stored : theirs.strategies)
      CHECK(saved.find_strategy(stored.name)->splits == stored.splits);
    CHECK(saved.strategies.front().stage == rank / 4);
  }
}

MPI_TEST_CASE("a pipeline's checkpoint that cannot be written is one error on every rank", 2) {
  Checkpoints files(world);
  StagedModel model(world, Reference{});
  const auto error = [&](const std::string& path, const SaveOptions& how) {
    return error_of([&] { save_checkpoint(model, path, how); });
  };
  CHECK(error(files / "x{}.ckpt", {}).find("integrated_save = false") != std::string::npos);
  CHECK(error(files / "x.ckpt", {.integrated_save = false}).find("names one file") !=
        std::string::npos);
  CHECK(error("/proc/none/x.ckpt", {}).find("cannot write /proc/none/x.ckpt") !=
        std::string::npos);
  if (world.rank() == 0) std::filesystem::create_directories(files / "x1.ckpt");
  world.barrier();
  CHECK(error(files / "x{}.ckpt", {.integrated_save = false}).find("x1.ckpt") !=
        std::string::npos);
  Model<WithoutParameters, Input<6, 6>, Devices<2>> bare(world, Reference{});
  CHECK(error_of([&] {
          save_checkpoint(bare, files / "y{}.ckpt",
                          {.integrated_save = false, .strategy = files / "y.ckpt"});
        }).find("stage 1 of 2 has no parameters, so that no strategy file can name it; legal: "
                "parameters in every stage, or a checkpoint of whole ones") != std::string::npos);
  save_checkpoint(bare, files / "y.ckpt");  // whole it can be
  CHECK(TensorFile(open_tensors(files / "y.ckpt")).size() == 2);
}

MPI_TEST_CASE("law: what is built from a pipeline's export gives the bits of what was exported",
              tenon_test::all_ranks) {
  const Mnist mnist;
  Checkpoints files(world);
  const std::string pattern = files / "out/net_rank_{}.mindir";
  BuildOptions options = in_stages(world.size());
  options.cut_weights = true;
  FileModel model(world), again(world);
  build(model, mlp, options);
  CHECK(model.stages() == (world.size() == 1 ? 1 : world.size() % 3 ? 2 : 3));
  export_model(model, pattern);
  build(again, pattern, {.micro_batches = 2});
  CHECK(again.stages() == model.stages());
  CHECK(equal(again.plan(), model.plan()));
  CHECK(same_parameters(model, again, world.rank() % model.plan().devices));
  for (const Parameters::Slice& slice : again.parameters().slices()) CHECK(slice.mapped);
  build(again, pattern);
  for (const Index images : {1, 32, 7}) {
    const std::vector<float> y = logits_of_file(again, mnist, images);
    CHECK(y == logits_of_file(model, mnist, images));
    CHECK(mnist.are_right(y, 0, images));
  }
  CHECK(error_of([&] { build(again, pattern, {.pipeline_stages = {{"layer3", 1}}}); })
            .find("is cut already") != std::string::npos);
  save_checkpoint(model, files / "whole.ckpt");  // of a file's model, too
  StagedModel loaded(world, Cpu{});
  loaded.load(files / "whole.ckpt");
  const auto y = loaded.predict(mnist.rows(0, 32));
  if (is_last(loaded)) CHECK(mnist.are_right(y, 0, 32));
}

MPI_TEST_CASE("a network in C++ is exported in its stages, and built from the files",
              tenon_test::all_ranks) {
  const Mnist mnist;
  Checkpoints files(world);
  const std::string pattern = files / "net_rank_{}.mindir";
  StagedModel model(world, Cpu{});
  model.load(slices, strategy);
  export_model(model, pattern);
  FileModel built(world);
  build(built, pattern);
  CHECK(built.stages() == model.stages());
  const auto y = model.predict(mnist.rows(0, 32));
  const std::vector<float> same = logits_of_file(built, mnist, 32);
  if (is_last(model)) CHECK(std::vector<float>(y.begin(), y.end()) == same);
}

MPI_TEST_CASE("a pipeline uses the weights of another one", tenon_test::all_ranks) {
  const Mnist mnist;
  FileModel first(world), second(world), whole(world);
  build(first, mlp, in_stages(world.size())), build(whole, mlp, of_mlp());
  BuildOptions options = in_stages(world.size());
  options.weights_of = &first;
  options.shapes = {{"", {6, 28, 28}}};
  options.micro_batches = 2;
  build(second, mlp, options);
  CHECK(mnist.are_right(logits_of_file(second, mnist, 6), 0, 6));
  CHECK(second.parameters().slices().data() == first.parameters().slices().data());
  if (world.size() == 1) return;
  options.weights_of = &whole;
  CHECK(error_of([&] { build(second, mlp, options); }).find("is a pipeline and the other is not") !=
        std::string::npos);
  options.weights_of = &first;
  options.pipeline_stages = {{"layer1", 0}, {"layer2", 1}, {"layer3", world.size() % 3 ? 1 : 2}};
  if (world.size() % 3)  // layer2 is in the other stage
    CHECK(error_of([&] { build(second, mlp, options); }).find("in stage 1") != std::string::npos);
}

MPI_TEST_CASE("strategies are found for each stage, besides those that are there",
              tenon_test::all_ranks) {
  const Mnist mnist;
  for (const SearchMode mode :
       {SearchMode::dynamic_programming, SearchMode::recursive_programming}) {
    FileModel model(world);
    BuildOptions options = in_stages(world.size());
    options.shapes = {{"", {32, 28, 28}}};
    options.auto_parallel = AutoParallel{mode, CpuNode::machine};
    build(model, mlp, options);
    for (const Index images : {32, 5})
      CHECK(mnist.are_right(logits_of_file(model, mnist, images), 0, images));
    const Index stages = model.stages(), ranks = world.size() / stages;
    bool any = false;
    for (const Node& node : model.network().graph.nodes)
      for (const Dims& split : node.splits.inputs)
        for (const Index parts : split) any = any || parts > 1;
    if (ranks > 1) CHECK(any);
  }
}

MPI_TEST_CASE("what goes through the stages at once is what strategies are found for", 4) {
  const auto splits = [&](Index rows, Index parts) {
    FileModel model(world);
    BuildOptions options = in_stages(world.size());
    options.shapes = {{"", {rows, 28, 28}}};
    options.micro_batches = parts;
    options.auto_parallel.emplace();
    build(model, mlp, options);
    std::vector<Splits> all;
    for (const Node& node : model.network().graph.nodes) all.push_back(node.splits);
    return all;
  };
  const std::vector<Splits> of_whole = splits(512, 1), of_row = splits(1, 1);
  CHECK(of_whole != of_row);  // else nothing is shown
  CHECK(splits(512, 512) == of_row);
  CHECK(splits(512, 1) == of_whole);
}

MPI_TEST_CASE("a pipeline over TCP gives the bits that it gives over MPI", tenon_test::all_ranks) {
  std::string join = free_address();
  boost::mpi::broadcast(world, join, 0);
  Context context;
  context.rank_id = world.rank(), context.rank_size = world.size();
  const Mnist mnist;
  const auto answers = [&](const auto& host, const auto&... settings) {
    InMicroBatches model(host, Cpu{}, settings...);
    model.load(slices, strategy);
    std::vector<float> all;
    for (const Index batch : {32, 32, 6, 1}) {
      const auto y = model.predict(mnist.rows(0, batch));
      CHECK(mnist.are_right(y, 0, batch));
      all.insert(all.end(), y.begin(), y.end());
    }
    Checkpoints files(world);
    save_checkpoint(model, files / "whole.ckpt");
    if (world.rank() == 0) CHECK(Checkpoint(files / "whole.ckpt").size() == 6);
    return all;
  };
  CHECK(answers(tcp_host(checked(context), join)) ==
        answers(world, MpiSettings{.shared_memory = false}));
}

TEST_CASE("the strategy files of stages are MindSpore's") {
  const std::vector<StrategyFile> made = stage_strategies(trace(Staged(8), {{{32, 28, 28}}}), 8);
  REQUIRE(made.size() == 2);
  for (std::size_t stage = 0; stage < 2; ++stage) {
    const StrategyFile theirs =
        read_strategy(std::string(TENON_TEST_DATA "/mindspore/strategy/pipe8/strategy_rank")
                          .append(stage ? "4" : "0")
                          .append(".ckpt"));
    CHECK(made[stage].layouts.size() == theirs.layouts.size());
    CHECK(made[stage].strategies.size() == theirs.strategies.size());
    for (const StoredLayout& stored : theirs.layouts) {
      CAPTURE(stored.name);
      const StoredLayout* own = made[stage].find(stored.name);
      REQUIRE(own);
      CHECK(own->layout.device_matrix == stored.layout.device_matrix);
      CHECK(own->layout.tensor_map == stored.layout.tensor_map);
    }
    for (const StoredStrategy& stored : theirs.strategies) {
      CAPTURE(stored.name);
      const StoredStrategy* own = made[stage].find_strategy(stored.name);
      REQUIRE(own);
      CHECK(own->splits == stored.splits);
      CHECK(own->stage == Index(stage));
    }
  }
}
