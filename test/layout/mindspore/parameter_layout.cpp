// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/layout/mindspore/parameter_layout.hpp>

using namespace tenon;

TEST_CASE("an exported layout has no axes of size one and one axis a dimension") {
  const ParameterLayout weight = parameter_layout({{2, 1, 4}, {{0}, {1}}, {64, 32}});
  CHECK(weight.device_matrix == List<Index>{2, 4});
  CHECK(weight.tensor_map == List<Index>{0, -1});
  CHECK(weight.slice_shape == List<Index>{16, 32});
  CHECK(weight.uniform_split);
  const ParameterLayout nested = parameter_layout({{4, 2, 2, 2}, {{2, 0}, {1}}, {1024, 1024}});
  CHECK(nested.tensor_map == List<Index>{2, 0, 1});
  CHECK(nested.expanded_shape == List<Index>{2, 512, 1024});
  CHECK(nested.slice_shape == List<Index>{256, 512});
}

TEST_CASE("two operators may share a parameter in one layout, or whole in both") {
  CHECK(may_share({{1, 2, 4}, {{1}, {0}}, {8, 8}}, {{2, 4}, {{1}, {0}}, {8, 8}}));
  CHECK(may_share({{2, 1, 1, 4}, {{2}, {1}}, {8, 8}}, {{1, 1, 8}, {{2}, {1}}, {8, 8}}));
  CHECK_FALSE(may_share({{2, 4}, {{1}, {0}}, {8, 8}}, {{4, 2}, {{1}, {0}}, {8, 8}}));
}

TEST_CASE("every rank loads its slice and the slices are the tensor") {
  const LayoutRecord layout{{2, 3}, {{1}, {}}, {2, 3}};
  const List<int> whole{1, 2, 3, 4, 5, 6};
  CHECK(load_tensor(whole, layout, 5) == List<int>{4, 5, 6});
  CHECK(load_tensor(whole, layout, 2) == List<int>{1, 2, 3});
  CHECK(load_tensor(whole, {{6}, {{}, {}}, {2, 3}}, 4) == whole);
  CHECK_THROWS_AS(load_tensor(whole, {{6}, {{0}, {}}, {2, 3}}, 0), Error);
}
