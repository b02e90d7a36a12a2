// SPDX-License-Identifier: Apache-2.0
#include <tenon/backend/reference.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/layers/dense.hpp>
#include <tenon/network/operators.hpp>

#include "mpi.hpp"

using namespace tenon;

namespace {

/// One step of time: the output is the next input.
struct TimeStep {
  Dense layer{"layer", 4, 4};
  constexpr auto construct(auto x) const { return layer(x); }
};

/// The bias is whole or cut as the sum before it lies, which depends on the rows.
struct Sums {
  constexpr Value construct(Value x) const {
    const Value w = parameter(*x.graph, "l", "weight", {8, 12});
    return add(reduce_sum(matmul(x, w), {0}), parameter(*x.graph, "l", "bias", {12}));
  }
};

template <class Model>
void count_up(Model& model) {
  for (auto& slice : model.parameters().slices()) {
    const Index n = product(slice.distribution.shape);
    std::vector<float> whole;
    for (Index i = 0; i < n; ++i) whole.push_back(float(i % 5) - 1);
    model.template set_parameter<float>(slice.name, whole);
  }
}

}  // namespace

MPI_TEST_CASE("an output may be handed back as the next input", tenon_test::all_ranks) {
  Model<TimeStep, Input<6, 4>, AnyOf<1, 2, 3, 4, 6, 8>> model(world, Reference{});
  count_up(model);
  const std::vector<float> x(24, 1.f);
  const auto first = model.predict(x);
  const std::vector<float> copy(first.begin(), first.end());
  const auto once = model.predict(copy);
  const std::vector<float> expected(once.begin(), once.end());
  const auto again = model.predict(model.predict(x));
  CHECK(std::vector<float>(again.begin(), again.end()) == expected);
}

MPI_TEST_CASE("any number of rows takes the parameters as they are loaded", tenon_test::all_ranks) {
  using Parts = Inputs<Input<8, 8>, OutputAs<PlanOptions::Output::rows>>;
  Model<Sums, Parts, AnyOf<1, 2, 3, 4, 6, 8>> model(world, Reference{});
  count_up(model);
  for (Index rows : {8, 3, 1, 5, 16}) {
    const std::vector<float> x(std::size_t(8 * rows), 1.f);
    const auto y = model.predict(x);  // this rank's rows of [12]
    const Interval own = whole({12}).cut(0, {{world.size(), 1}}).interval(0, world.rank());
    REQUIRE(Index(y.size()) == own.size());
    for (Index n = own.first; n < own.last; ++n) {
      float column = 0;
      for (Index k = 0; k < 8; ++k) column += float((k * 12 + n) % 5) - 1;
      CHECK(y[std::size_t(n - own.first)] == float(rows) * column + float(n % 5) - 1);
    }
  }
  CHECK_THROWS_AS(model.predict_rows(-3, std::vector<float>()), Error);
}
