// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/model/tcp_host.hpp>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators/relu.hpp>

#include "../comm/free_port.hpp"
#include "../support/error_of.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

struct Network {
  Dense layer1{"layer1", 40, 48}, layer2{"layer2", 48, 7};
  constexpr explicit Network(Index ranks) {
    layer1.matmul.shard({{1, 1}, {1, ranks}});
    layer2.matmul.shard({{1, ranks}, {ranks, 1}});
  }
  constexpr auto construct(auto x) const { return layer2(relu(layer1(x))); }
};
using Networks = AnyOf<1, 2, 3, 4, 6, 8>;

std::vector<float> counted(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = float(i * 37 % 101) / 16 - 3;
  return values;
}
std::vector<float> predicted(const auto& host, const auto&... settings) {
  Model<Network, Input<5, 40>, Networks> model(host, Cpu{}, settings...);
  model.template set_parameter<float>("layer1.weight", counted(40 * 48));
  model.template set_parameter<float>("layer2.weight", counted(48 * 7));
  const std::vector<float> x = counted(5 * 40);
  const auto y = model.predict(x);
  return {y.begin(), y.end()};
}

}  // namespace

MPI_TEST_CASE("a model over TCP gives the bits that it gives over MPI", tenon_test::all_ranks) {
  std::string join = free_address();
  boost::mpi::broadcast(world, join, 0);
  Context context;
  context.rank_id = world.rank(), context.rank_size = world.size();
  CHECK(predicted(tcp_host(checked(context), join)) ==
        predicted(world, MpiSettings{.shared_memory = false}));
}

TEST_CASE("rank 0 of a rank table is met at its server's address") {
  Context context;
  context.rank_table_file = std::string(TENON_TEST_DATA).append("/rank_tables/two_servers.json");
  context.rank_id = 2;
  const TcpHost host = tcp_host(checked(context));
  CHECK(host.rank == 2);
  CHECK(host.ranks == 4);
  CHECK(host.join == "10.0.0.1:18570");
  CHECK(tcp_host(checked(context), "a:1").join == "a:1");
}

TEST_CASE("what a context does not say about its job is asked for") {
  Context context;
  const std::string who =
      "tenon: which rank of how many this process is was not said: give rank_id and rank_size "
      "(--rank and --ranks), or RANK_ID and RANK_SIZE, or a rank table";
  const auto error = [&] { return error_of([&] { tcp_host(context); }); };
  CHECK(error() == who);
  context.rank_size = 4;
  CHECK(error() == who);
  context.rank_id = 1;
  CHECK(error() ==
        "tenon: where rank 0 is met was not said: give HOST:PORT (--join), or a rank table");
  context.rank_size = 1, context.rank_id = 0;
  CHECK(error() == "");
}
