// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/machine_file.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

const std::string machine_sample =
    R"({"name": "mine", "source": "measured", "flops": 9e10, "memory_rate": 1e10, "step": 5e-7,)"
    R"( "cache": 1e6, "cache_rate": 2e10,)"
    R"( "memory": 4e9, "node_ranks": 8, "processors": 2,)"
    R"( "inside": {"exchange": 5e-6, "message": 0, "rate": 5e9, "sums": 3e9},)"
    R"( "between": {"exchange": 4e-5, "message": 5e-6, "rate": 1.2e9}})";

/// What is said of the sample in which one piece of text is another.
std::string error_of_machine(std::string_view from, std::string_view to) {
  std::string text = machine_sample;
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  text.replace(at, from.size(), to);
  return error_of([&] { parse_machine(text, "m.json"); });
}

}  // namespace

TEST_CASE("a machine's file is the machine") {
  const MachineFile file = parse_machine(machine_sample, "m.json");
  CHECK(file.name == "mine");
  CHECK(file.source == "measured");
  CHECK(file.machine ==
        tenon::Machine{
            9e10, 1e10, 5e-7, 4e9, 1e6, 2e10, 8, 2, {5e-6, 0, 5e9, 3e9}, {4e-5, 5e-6, 1.2e9}});
  CHECK(parse_machine(machine_json(file), "again.json").machine == file.machine);
  for (const NamedMachine& one : machines) {
    const MachineFile known = read_machine(std::string(one.name));
    CHECK(known.machine == one.machine);
    CHECK(parse_machine(machine_json(known), "known.json").machine == one.machine);
  }
}

TEST_CASE("without what goes between nodes a machine is one node") {
  std::string text = machine_sample.substr(0, machine_sample.find(", \"between\"")) + "}";
  const MachineFile file = parse_machine(text, "m.json");
  CHECK(!file.machine.between.stated());
  CHECK(parse_machine(machine_json(file), "again.json").machine == file.machine);
  CHECK_NOTHROW(check_machine(file.machine, 8));
  CHECK(error_of([&] { check_machine(file.machine, 9); }) ==
        "tenon: the machine says nothing of `between`, what goes between nodes: devices: 9, ranks "
        "of a node: 8; legal: at most 8 devices, or `between` with exchange, message and rate");
}

TEST_CASE("what is wrong with a machine's file is said with the number") {
  CHECK(error_of_machine("9e10", "-1") ==
        "tenon: cannot read m.json: flops is -1; legal: 1e3 to 1e300 operations a second");
  CHECK(error_of_machine("9e10", "\"fast\"") ==
        "tenon: cannot read m.json: flops is \"fast\"; legal: 1e3 to 1e300 operations a second");
  CHECK(error_of_machine("9e10", "1e999") == "tenon: cannot read m.json: it is no JSON");
  CHECK(error_of_machine("\"step\": 5e-7,", "") == "tenon: cannot read m.json: step is missing");
  CHECK(error_of_machine("\"rate\": 5e9", "\"speed\": 5e9") ==
        "tenon: cannot read m.json: inside: rate is missing");
  CHECK(
      error_of_machine("5e-6, \"message\"", "5e-6, \"more\": 1, \"message\"") ==
      "tenon: cannot read m.json: inside: there is no more; legal: exchange, message, rate, sums");
  CHECK(error_of_machine("\"rate\": 5e9", "\"rate\": 5") ==
        "tenon: cannot read m.json: inside: rate is 5; legal: 1e3 to 1e300 bytes a second");
  CHECK(error_of_machine("\"step\": 5e-7", "\"step\": 500") ==
        "tenon: cannot read m.json: step is 500; legal: 0 to 10 seconds");
  CHECK(error_of_machine("\"node_ranks\": 8", "\"node_ranks\": 2.5") ==
        "tenon: cannot read m.json: node_ranks is 2.5; legal: 1 to 1073741824 of a node, "
        "whole");
  CHECK(error_of_machine("\"node_ranks\": 8", "\"node_ranks\": 0") ==
        "tenon: cannot read m.json: node_ranks is 0; legal: 1 to 1073741824 of a node, whole");
  CHECK(error_of([] { read_machine("nowhere"); }) ==
        "tenon: there is no machine nowhere; legal: cpu, gpu, ascend910, or a file that ends in "
        ".json");
  CHECK(error_of([] { parse_machine(std::string(70000, ' '), "m.json"); }) ==
        "tenon: cannot read m.json: 70000 bytes; a machine takes 65536 at most");
}

TEST_CASE("a machine's file that is cut off anywhere is an error") {
  for (std::size_t size = 0; size < machine_sample.size(); ++size)
    CHECK(error_of([&] { parse_machine(machine_sample.substr(0, size), "m.json"); }) ==
          "tenon: cannot read m.json: it is no JSON");
}
