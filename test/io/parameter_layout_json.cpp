// SPDX-License-Identifier: Apache-2.0
// Expected: what MindSpore 2.10's infer_predict_layout returned for rank 0 of the same networks.
#include <tenon/io/parameter_layout_json.hpp>

#include "files.hpp"
#include "tensor_parallel.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

using json = nlohmann::ordered_json;

/// The text of a tuple in Python, which has no line breaks and no names with quotes, as JSON.
json of_python(std::string tuple) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = tuple.find(from, at)) != tuple.npos; at += to.size())
      tuple.replace(at, from.size(), to);
  };
  replace("(", "[");
  replace(")", "]");
  replace("'", "\"");
  replace("True", "true");
  replace("False", "false");
  return json::parse(tuple);
}

void check(const auto& network, Index devices, std::string_view folder) {
  CAPTURE(folder);
  const json expected =
      json::parse(bytes_of(sample("strategy/").append(folder).append("/layout_rank0.json")));
  const ParameterLayouts layouts = infer_predict_layout(network_record(trace_of(network), devices));
  const json made = json::parse(parameter_layout_json(layouts));
  REQUIRE(made.size() == expected.size());
  auto other = expected.items().begin();
  std::size_t i = 0;
  for (const auto& item : made.items()) {
    CAPTURE(item.key());
    CHECK(item.key() == other.key());  // in the same order
    CHECK(item.value() == of_python(other.value().at("raw")));
    const ParameterLayout& layout = layouts[i++].layout;
    const auto is = [&](const List<Index>& list, const char* member) {
      return json(std::vector<Index>(list.begin(), list.end())) == other.value().at(member);
    };
    CHECK(is(layout.device_matrix, "dev_matrix"));
    CHECK(is(layout.tensor_map, "tensor_map"));
    CHECK(is(layout.slice_shape, "slice_shape"));
    CHECK(is(layout.full_shape, "full_shape"));
    ++other;
  }
}

}  // namespace

TEST_CASE("the inferred layouts are MindSpore's tuples, in its order") {
  check(Seed(8), 8, "seed8");
  check(Columns(2), 2, "tp2");
  check(Columns(4), 4, "tp4");
}

TEST_CASE("a tensor a line") {
  const Folder folder;
  const NetworkRecord record = network_record(trace_of(Seed(8)), 8);
  ParameterLayouts layouts = infer_predict_layout(record);
  layouts.resize(2);
  write_parameter_layouts(folder / "layout.json", layouts);
  CHECK(bytes_of(folder / "layout.json") ==
        "{\"x\": [[8],[-1,-1,-1],[32,28,28],0,true,\"\",[32,28,28],[32,28,28],false,false,0,0],\n"
        " \"layer1.weight\": [[2,2,2],[-1,1],[784,256],0,true,\"\",[784,512],[784,256],false,false,"
        "0,0]}\n");
  CHECK(parameter_layout_json({}) == "{}\n");
  layouts[0].name = "\xff";
  CHECK(has(error_of([&] { write_parameter_layouts(folder / "layout.json", layouts); }), "UTF-8"));
}
