// SPDX-License-Identifier: Apache-2.0
#include <tenon/run/pipeline_forward.hpp>

#include <cstring>

#include <tenon/backend/reference.hpp>
#include <tenon/comm/alone.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/comm/virtual_ranks.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planned.hpp>
#include <tenon/plan/planned_stages.hpp>

#include "../plan/random_network.hpp"
#include "../support/error_of.hpp"
#include "mpi.hpp"
#include "mpi_calls.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Cuts a network of one stage at random places into so many, or as many as it has operators.
Index put_into_stages(RandomNetwork& network, Index stages) {
  std::vector<Node*> operations;
  for (Node& node : network.graph.nodes)
    if (node.kind == Node::Kind::operation) operations.push_back(&node);
  stages = std::min(stages, Index(operations.size()));
  std::vector<bool> begins(operations.size());
  for (Index left = stages - 1; left > 0;) {
    const auto at = std::size_t(1 + network.draw(Index(operations.size()) - 1));
    if (!begins[at]) begins[at] = true, --left;
  }
  Index stage = 0;
  for (std::size_t i = 0; i < operations.size(); ++i)
    operations[i]->stage = stage += Index(begins[i]);
  return stages;
}

void fill_parameters(Parameters& parameters, const NamedTensors& values, Index rank) {
  for (const auto& [name, value] : values)
    for (const Parameters::Slice& slice : parameters.slices())
      if (slice.name == name) {
        parameters.set(name, value.as<float>(), rank);
        break;
      }
}

std::vector<const void*> blocks_of(const RandomNetwork& network) {
  std::vector<const void*> data;
  for (const Whole& x : network.inputs) data.push_back(x.memory.data());
  return data;
}

std::vector<float> copied(const void* data, std::size_t bytes) {
  std::vector<float> y(bytes / sizeof(float));
  if (bytes) std::memcpy(y.data(), data, bytes);
  return y;
}

/// The answer on one stage of so many ranks, of which all have it.
std::vector<float> answer_of_one_stage(const RandomNetwork& network, int ranks) {
  std::vector<float> answer;
  const Plan plan = planned(network.graph, ranks);
  REQUIRE(!plan.finding);
  run_virtual_ranks(ranks, [&](Communication& all) {
    Parameters parameters{view(plan)};
    fill_parameters(parameters, network.parameters, all.rank());
    Executor executor(view(plan), Reference{}, all, parameters);
    const void* y = executor.run(blocks_of(network));
    const Index count = volume(plan.buffer(plan.output).distribution.box(all.rank()));
    if (all.rank() == 0) answer = copied(y, std::size_t(count) * sizeof(float));
  });
  return answer;
}

/// What a rank of a pipeline answers to a batch that is given so often; nothing but in the last
/// stage.
std::vector<std::vector<float>> answers_of_pipeline(const RandomNetwork& network,
                                                    Communication& all, Index times) {
  const Pipeline plans = planned_stages(network.graph, all.size());
  const Index stage = all.rank() / plans.ranks, stages = Index(plans.stages.size());
  const auto part = stages > 1 ? all.part(int(stage * plans.ranks), int(plans.ranks)) : nullptr;
  Communication& own = part ? *part : all;
  Parameters parameters{view(plans.stages[std::size_t(stage)].plan)};
  fill_parameters(parameters, network.parameters, own.rank());
  const Reference reference;
  StageExecutor executor(plans, all, own, reference, parameters);
  std::vector<std::vector<float>> answers;
  for (Index i = 0; i < times; ++i) {
    executor.run(blocks_of(network));
    if (stage + 1 == stages)
      answers.push_back(copied(executor.output(0), executor.block_bytes(executor.plan().output)));
  }
  return answers;
}

void check_on(Communication& all, std::uint64_t seed, Index stages, Index batch) {
  CAPTURE(seed);
  const Index per = all.size() / stages;
  RandomNetwork network(seed, batch, per);
  if (put_into_stages(network, stages) != stages) return;
  const std::vector<float> expected = answer_of_one_stage(network, int(per));
  const auto answers = answers_of_pipeline(network, all, 3);
  for (const std::vector<float>& y : answers) {
    REQUIRE(y.size() == expected.size());
    CHECK(std::memcmp(y.data(), expected.data(), y.size() * sizeof(float)) == 0);
  }
}

struct Rows {
  Dense a{"a", 6, 6}, b{"b", 6, 6};
  constexpr Rows() { a.pipeline_stage = 0, b.pipeline_stage = 1; }
  constexpr auto construct(auto x) const { return b(relu(a(x))); }
};

struct Turned {
  Dense a{"a", 6, 6};
  Transpose turn{Dims{1, 0}};
  constexpr Turned() { a.pipeline_stage = 0, turn.pipeline_stage = 1; }
  constexpr auto construct(auto x) const { return turn(a(x)); }
};

}  // namespace

MPI_TEST_CASE("random networks in 1 to 4 stages give the bits of one stage, batch after batch", 1) {
  for (Index stages = 1; stages <= 4; ++stages)
    for (Index per = 1; per * stages <= 8; ++per)
      for (std::uint64_t seed = 0; seed < 12; ++seed) {
        CAPTURE(stages);
        CAPTURE(per);
        run_virtual_ranks(int(stages * per), [&](Communication& all) {
          check_on(all, 1000 * std::uint64_t(stages * 10 + per) + seed, stages,
                   1 + Index(seed % 7));
        });
      }
}

MPI_TEST_CASE("stages of MPI's ranks, through memory and by messages", tenon_test::all_ranks) {
  for (const bool shared_memory : {true, false}) {
    MpiCommunication all(world, {.shared_memory = shared_memory});
    for (Index stages = 1; stages <= std::min(world.size(), 4); ++stages)
      for (std::uint64_t seed = 0; world.size() % stages == 0 && seed < 6; ++seed)
        check_on(all, 77 * std::uint64_t(stages) + seed, stages, 5);
  }
}

MPI_TEST_CASE("stages between nodes of their own", 4) {
  MpiCommunication all(world, {.node = world.rank() / 2});
  for (std::uint64_t seed = 0; seed < 6; ++seed) check_on(all, 500 + seed, 2, 4);
}

MPI_TEST_CASE("what a stage sends on is what MPI is asked to send, on every rank",
              tenon_test::all_ranks) {
  MpiCommunication all(world, {.shared_memory = false});
  for (Index stages = 2; stages <= std::min(world.size(), 4); ++stages)
    for (std::uint64_t seed = 0; world.size() % stages == 0 && seed < 6; ++seed) {
      CAPTURE(stages);
      CAPTURE(seed);
      RandomNetwork network(seed + 40, 5, world.size() / stages);
      if (put_into_stages(network, stages) != stages) continue;
      const Pipeline plans = planned_stages(network.graph, all.size());
      const Index stage = all.rank() / plans.ranks, place = all.rank() % plans.ranks;
      const StagePlan& own = plans.stages[std::size_t(stage)];
      const auto part = all.part(int(stage * plans.ranks), int(plans.ranks));
      Parameters parameters{view(own.plan)};
      fill_parameters(parameters, network.parameters, place);
      const Reference reference;
      StageExecutor executor(plans, all, *part, reference, parameters);
      for (int again = 0; again < 3; ++again) {
        const MpiCalls before = mpi_calls();
        executor.run(blocks_of(network));
        const MpiCalls calls = mpi_calls() - before;
        CHECK(calls.sends == own.plan.messages(place) + own.messages_sent_on(place));
        CHECK(calls.sent_bytes == own.plan.bytes_sent(place) + own.bytes_sent_on(place));
      }
    }
}

MPI_TEST_CASE("micro-batches, and the result to all stages", 1) {
  std::vector<float> x(42), w(36), expected;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i * 29 % 83) / 8 - 5;
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = float(i * 37 % 101) / 16 - 3;
  const auto graph = [](Index rows) { return trace(Rows(), {{{rows, 6}}}); };
  {
    const Plan plan = planned(graph(7), 1);
    Parameters parameters{view(plan)};
    for (const char* name : {"a.weight", "b.weight"}) parameters.set<float>(name, w, 0);
    Alone alone;
    const void* inputs[] = {x.data()};
    Executor executor(view(plan), Reference{}, alone, parameters);
    expected = copied(executor.run(inputs), 42 * sizeof(float));
  }
  for (const Index micro : {1, 2, 3, 7})
    for (const bool broadcast : {false, true})
      for (const int ranks : {2, 4, 6})
        run_virtual_ranks(ranks, [&](Communication& all) {
          CAPTURE(micro);
          CAPTURE(ranks);
          const Pipeline whole = planned_stages(graph(7), ranks);
          const Index stage = all.rank() / whole.ranks;
          const auto own = all.part(int(stage * whole.ranks), int(whole.ranks));
          Parameters parameters(view(whole.stages[std::size_t(stage)].plan));
          parameters.set<float>(stage ? "b.weight" : "a.weight", w, own->rank());
          const Reference reference;
          std::vector<std::unique_ptr<StageExecutor>> executors;
          std::vector<StageExecutor*> parts;
          for (Index k = 0; k < micro; ++k) {
            const Index rows = balanced_block(7, micro, k).size();
            executors.push_back(std::make_unique<StageExecutor>(
                planned_stages(graph(rows), ranks, {}, &whole), all, *own, reference, parameters));
            parts.push_back(executors.back().get());
          }
          PipelineForward forward(whole, parts, all, {micro, broadcast});
          const void* inputs[] = {x.data()};
          for (int again = 0; again < 2; ++again) {
            forward.run(inputs);
            CHECK(forward.has_result() == (stage == 1 || broadcast));
            if (!forward.has_result()) continue;
            const std::vector<float> y = copied(forward.output(0), 42 * sizeof(float));
            CHECK(y == expected);
          }
        });
}

MPI_TEST_CASE("an output that is not the batch's rows is no result of micro-batches", 1) {
  const std::string text = error_of([] {
    run_virtual_ranks(2, [](Communication& all) {
      const auto plans = [](Index rows) {
        return planned_stages(trace(Turned(), {{{rows, 6}}}), 2);
      };
      const Pipeline whole = plans(4), half = plans(2);
      const auto own = all.part(all.rank(), 1);
      Parameters parameters{view(whole.stages[std::size_t(all.rank())].plan)};
      const Reference reference;
      StageExecutor part(half, all, *own, reference, parameters);
      PipelineForward(whole, {&part, &part}, all, {2, false});
    });
  });
  CHECK(text.find("the output of [6, 4] is not the rows of 2 micro-batches") != std::string::npos);
}

MPI_TEST_CASE("a stage that fails or does not come ends the others", 2) {
  const std::string text = error_of([&] {
    MpiCommunication all(world, {.patience = std::chrono::milliseconds(300)});
    const Pipeline plans = planned_stages(trace(Rows(), {{{7, 6}}}), 2);
    const auto own = all.part(all.rank(), 1);
    Parameters parameters{view(plans.stages[std::size_t(all.rank())].plan)};
    const Reference reference;
    StageExecutor stage(plans, all, *own, reference, parameters);
    const std::vector<float> x(42);
    const void* inputs[] = {x.data()};
    if (all.rank() == 0) return;  // does not send
    stage.run(inputs);
  });
  if (world.rank() == 1)
    CHECK(text ==
          "tenon: rank 1 waits for rank 0 in a pipeline's next block, for more than 300 ms");
}
