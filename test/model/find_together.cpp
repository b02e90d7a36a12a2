// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/find_together.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/model/file_model.hpp>

#include "../support/error_of.hpp"
#include "mnist.hpp"
#include "mpi.hpp"
#include "tutorial.hpp"

using namespace tenon;
using namespace tenon::test;

MPI_TEST_CASE("one rank finds strategies, and all have them", tenon_test::all_ranks) {
  MpiCommunication communication(world);
  Searched wanted{{}, 123456789, false, {}};
  wanted.splits.push_back({});
  wanted.splits.push_back({{1, 2}, {2, 4}});
  wanted.splits.push_back(Splits({{3, 1}, {}, {7}}, {3, 1, 5}));
  int calls = 0;
  const Searched found = find_together(communication, [&] { return ++calls, wanted; });
  CHECK(calls == (world.rank() == 0));
  CHECK(found.cost == wanted.cost);
  CHECK(found.exact == wanted.exact);
  CHECK(found.splits == wanted.splits);
  CHECK(error_of([&] {
          find_together(communication, []() -> Searched { throw Error("nothing fits"); });
        }) == "tenon: nothing fits");
}

MPI_TEST_CASE("a model on another one's weights finds strategies for them as they lie", 4) {
  const Mnist mnist;
  BuildOptions cut = of_mlp();
  cut.cut_weights = true;
  cut.shapes = {{"", {64, 28, 28}}};
  FileModel lender(world);
  build(lender, mlp, cut);
  BuildOptions searched = of_mlp();
  searched.shapes = cut.shapes;
  searched.weights_of = &lender;
  searched.auto_parallel.emplace();
  searched.auto_parallel->machine.inside.rate = 1e8;  // to move weights is dear
  FileModel borrower(world);
  build(borrower, mlp, searched);
  for (const Step& step : borrower.plan().steps)
    if (step.kind == Step::Kind::exchange)
      CHECK(borrower.plan().buffer(step.inputs[0]).place != Buffer::Place::parameter);
  for (FileModel* model : {&lender, &borrower}) {
    std::vector<ModelTensor> inputs = model->get_inputs();
    inputs[0].set_data(mnist.rows(0, 64));
    const std::vector<ModelTensor> y = model->predict(inputs);
    CHECK(mnist.are_right(y[0].data<float>(), 0, 64));
  }
  // To move them is cheap, and the result is still right.
  searched.auto_parallel->machine = {.flops = 1e9};
  build(borrower, mlp, searched);
  std::vector<ModelTensor> inputs = borrower.get_inputs();
  inputs[0].set_data(mnist.rows(0, 64));
  CHECK(mnist.are_right(borrower.predict(inputs)[0].data<float>(), 0, 64));
}
