// SPDX-License-Identifier: Apache-2.0
#include <tenon/run/executor.hpp>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <cstdlib>

#include <tenon/backend/reference.hpp>
#include <tenon/comm/alone.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>
#include <tenon/plan/planner.hpp>

#include "../plan/random_network.hpp"
#include "backends.hpp"
#include "mpi.hpp"
#include "../support/error_of.hpp"
#include "../support/random_forward.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

using Forward = RandomForward;

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

std::uint64_t number_of(std::span<const float> values) {
  std::uint64_t hash = 1;
  for (float value : values) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, 4);
    hash = (hash ^ bits) * 1099511628211ull;
  }
  return hash;
}

bool same_everywhere(const boost::mpi::communicator& world, const std::string& text) {
  std::vector<std::string> all;
  boost::mpi::all_gather(world, text, all);
  return std::count(all.begin(), all.end(), text) == std::ptrdiff_t(all.size());
}

constexpr Index batches[] = {1, 2, 3, 5, 8, 32};

/// Every operator's law, which throws when it is told to.
struct Unreliable : Reference {
  static inline bool throws = false;

  Kernel kernel(std::string_view, Element) const override {
    return [](const KernelCall& call) {
      if (throws) throw Error("no more of it");
      call.law(call);
    };
  }
};

struct TwoLayers {
  Index devices;
  constexpr Value construct(Value x) const {
    Dense a("a", 24, 48), b("b", 48, 10);
    a.matmul.shard({{1, 1}, {1, devices}});
    b.matmul.shard({{1, devices}, {devices, 1}});
    return relu(b(relu(a(x))));
  }
};

}  // namespace

MPI_TEST_CASE("a rank whose forward throws ends it on all, and none takes another program for it",
              3) {
  MpiCommunication communication(world);  // whose patience has no end
  const Unreliable backend;
  const Plan p = plan(trace(TwoLayers{3}, {{{3, 24}}}), 3);
  Parameters parameters(view(p));
  Executor first(view(p), backend, communication, parameters),
      second(view(p), backend, communication, parameters);
  const std::vector<float> x(3 * 24, 1);
  const void* const inputs[] = {x.data()};
  const auto said = [&](Executor& executor) { return error_of([&] { executor.run(inputs); }); };
  CHECK(said(first) == "");
  CHECK(said(second) == "");
  Unreliable::throws = world.rank() == 1;
  const std::string text = said(first);
  Unreliable::throws = false;
  CHECK(text == (world.rank() == 1 ? "tenon: no more of it"
                                   : "tenon: no more of it (found by rank 1)"));
  for (Executor* next : {&second, &first})
    CHECK(said(*next).starts_with(
        "tenon: an exchange of this communication failed before: no more of it"));
}

MPI_TEST_CASE("random networks give one rank's numbers, and the same bits on every rank",
              tenon_test::all_ranks) {
  MpiCommunication communication(world);
  const Index devices = world.size();
  const std::uint64_t count = std::getenv("TENON_LONG") ? 2000 : 100;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    CAPTURE(seed);
    RandomNetwork network(seed, batches[seed % 6], devices);
    const Plan p = random_plan(network, seed, devices);
    REQUIRE(!p.finding);
    const Whole expected = evaluate(network.graph, network.inputs, network.parameters);
    const Distribution& y = p.buffer(p.output).distribution;
    for (const Backend* backend : backends()) {
      Forward forward(p, network, *backend, communication);
      const auto result = forward.run();
      CHECK(distance(result, expected, y.box(world.rank())) < 1e-4);
      if (y == whole(y.shape)) CHECK(communication.agree(number_of(result)));
      const std::vector<float> first(result.begin(), result.end());
      CHECK(same_bits(forward.run(), first));  // and again
      if (backend->name() != "reference") continue;  // the machine runs laws
      tenon::test::Machine machine(view(p), network.parameters);
      machine.run(network.inputs);
      CHECK(same_bits(first, machine.output(world.rank())));
    }
  }
}

MPI_TEST_CASE("further outputs, of nodes that others read or nobody does", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    RandomNetwork network(seed, batches[seed % 6], world.size());
    for (int id = 0; id < int(network.graph.nodes.size()); ++id)
      if (network.graph.nodes[std::size_t(id)].kind != Node::Kind::parameter &&
          network.graph.nodes[std::size_t(id)].element == Element::float32 && network.draw(2) &&
          network.graph.further.size() < 15)
        network.graph.further.push_back(id);
    const Plan p = plan(network.graph, world.size());
    REQUIRE(!p.finding);
    for (const Backend* backend : backends()) {
      Forward forward(p, network, *backend, communication);
      for (int again = 0; again < 2; ++again) {
        forward.run();
        for (int i = 0; i < p.further.size(); ++i) {
          Graph alone = network.graph;
          alone.output = network.graph.further[i];
          const Whole expected = evaluate(alone, network.inputs, network.parameters);
          const auto* y = static_cast<const float*>(forward.executor.further(i));
          const std::size_t count = std::size_t(product(expected.shape));
          CHECK(distance({y, count}, expected, whole_box(expected.shape)) < 1e-4);
        }
      }
    }
  }
}

MPI_TEST_CASE("different plans on the ranks are an error on every rank", 2) {
  MpiCommunication communication(world);
  RandomNetwork network(8, 4 + world.rank(), 2);  // another batch
  const Plan p = plan(network.graph, 2);
  const std::string text = error_of([&] { Forward(p, network, Reference{}, communication); });
  CHECK(text.find("different plans") != std::string::npos);
  CHECK(same_everywhere(world, text));
  RandomNetwork same(8, 4, 2);
  const Plan q = plan(same.graph, 2);
  CHECK(error_of([&] { Forward(q, same, Reference{}, communication); }) == "");  // it goes on
}

MPI_TEST_CASE("a plan for another number of ranks is an error that names both",
              tenon_test::all_ranks) {
  MpiCommunication communication(world);
  RandomNetwork network(8, 4, world.size() + 1);
  const Plan p = plan(network.graph, world.size() + 1);
  const std::string text = error_of([&] { Forward(p, network, Reference{}, communication); });
  CHECK(text.find(std::to_string(world.size() + 1) + " ranks") != std::string::npos);
  CHECK(text.find("has " + std::to_string(world.size())) != std::string::npos);
  CHECK(same_everywhere(world, text));
}

MPI_TEST_CASE("two networks run at once on two parts of the ranks", 3) {
  const int part = world.rank() % 2;
  MpiCommunication communication(world.split(part));
  const Index devices = communication.size();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    RandomNetwork network(seed + 100 * std::uint64_t(part), 5, devices);
    const Plan p = plan(network.graph, devices);
    Forward forward(p, network, cpu(), communication);
    const Whole expected = evaluate(network.graph, network.inputs, network.parameters);
    CHECK(distance(forward.run(), expected, whole_box(expected.shape)) < 1e-4);
  }
}

MPI_TEST_CASE("networks run in turn over one communication, each with its memory",
              tenon_test::all_ranks) {
  MpiCommunication communication(world);
  RandomNetwork a(21, 8, world.size()), b(22, 3, world.size());
  const Plan plan_a = plan(a.graph, world.size()), plan_b = plan(b.graph, world.size());
  Forward forward_a(plan_a, a, cpu(), communication), forward_b(plan_b, b, cpu(), communication);
  const auto first_a = forward_a.run();
  const std::vector<float> kept(first_a.begin(), first_a.end());
  const auto result_b = forward_b.run();
  const std::vector<float> kept_b(result_b.begin(), result_b.end());
  CHECK(same_bits(first_a, kept));  // the output stays until the next run of the same executor
  CHECK(same_bits(forward_a.run(), kept));
  CHECK(same_bits(forward_b.run(), kept_b));
}

MPI_TEST_CASE("the host's communicator is left as it was", tenon_test::all_ranks) {
  MPI_Comm host = world;
  int key = 0, own = 7, flag = 0;
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, MPI_COMM_NULL_DELETE_FN, &key, nullptr);
  for (MPI_Comm comm : {host, MPI_Comm(MPI_COMM_WORLD)}) MPI_Comm_set_attr(comm, key, &own);
  MPI_Errhandler before, after;
  MPI_Comm_set_errhandler(host, MPI_ERRORS_RETURN);
  MPI_Comm_get_errhandler(MPI_COMM_WORLD, &before);
  int unexpected[2] = {0, 0};
  MPI_Request waiting[2];  // would take any message that strays
  MPI_Irecv(&unexpected[0], 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &waiting[0]);
  MPI_Irecv(&unexpected[1], 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, host, &waiting[1]);
  {
    MpiCommunication communication(world);
    RandomNetwork network(3, 8, world.size());
    const Plan p = plan(network.graph, world.size());
    Forward forward(p, network, cpu(), communication);
    forward.run();
    error_of([&] { communication.together([] { throw Error("wrong"); }); });
  }
  for (MPI_Request& request : waiting) {
    MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
    CHECK(!flag);
    if (flag) continue;
    MPI_Cancel(&request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
  }
  for (MPI_Comm comm : {host, MPI_Comm(MPI_COMM_WORLD)}) {
    int* value = nullptr;
    MPI_Comm_get_attr(comm, key, &value, &flag);
    CHECK(flag);
    CHECK(value == &own);
    MPI_Comm_delete_attr(comm, key);
  }
  MPI_Comm_free_keyval(&key);
  MPI_Comm_get_errhandler(MPI_COMM_WORLD, &after);
  CHECK(before == after);
  MPI_Comm_get_errhandler(host, &after);
  CHECK(after == MPI_ERRORS_RETURN);
}

TEST_CASE("one rank alone runs the same plans without MPI") {
  Alone alone;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    RandomNetwork network(seed, batches[seed % 6], 1);
    const Plan p = plan(network.graph, 1);
    Forward forward(p, network, Reference{}, alone);
    const Whole expected = evaluate(network.graph, network.inputs, network.parameters);
    CHECK(distance(forward.run(), expected, whole_box(expected.shape)) < 1e-5);
  }
}
