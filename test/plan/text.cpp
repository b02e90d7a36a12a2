// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/plan/constant.hpp>
#include <tenon/plan/text.hpp>

#include "../../examples/network.hpp"

using namespace tenon;

TEST_CASE("a distribution reads as sizes and into how many blocks each is cut") {
  CHECK(text(whole({32, 512})) == "[32, 512]");
  CHECK(text(whole({32, 512}).cut(0, {{2, 4}}).cut(1, {{2, 2}})) == "[32/2, 512/2]");
  CHECK(text(whole({4}).cut(Cut::sum, {{2, 1}})) == "[4] sum of 2");
  CHECK(text(whole({})) == "[]");
}

TEST_CASE("a step reads as what it does, its operands' layouts and the bytes that it brings") {
  const PlanView plan = view(plan_of<Network, Devices<8>, Input<32, 28, 28>>);
  Index collectives = 0;
  std::string all;
  for (const Step& step : plan.steps) {
    const std::string line = text(plan, step);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find("-> " + text(plan.to(step))) != std::string::npos);
    CHECK((line.find("bytes received") != std::string::npos) == PlanView::communicates(step));
    collectives += PlanView::communicates(step);
    all += line + "\n";
  }
  CHECK(collectives == plan.collectives());
  for (const char* layer :
       {"layer1.matmul + bias, ReLU", "layer2.matmul + bias, ReLU", "layer3.matmul"})
    CHECK(all.find(layer) != std::string::npos);
}
