// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tenon/predict/measured_csv.hpp>

using namespace tenon;

TEST_CASE("law: a table says what the JSON form says") {
  const auto a = measured_points_of_csv(
      "id,family,chip,op,shape,element,cores,base,transpose_b,source,task us,M us\r\n"
      "P,matmul kernels,ascend910b1,matmul,512x256x128,int8,24,128x256x64,1,\"a, "
      "\"\"b\"\"\",12.5,3\r\n"
      "\n"
      "Q,,ascend910b2,add,4096x7,,,,,,2e1,\n",
      "x.csv");
  const auto b = measured_points(R"({"points": [
    {"id": "P", "family": "matmul kernels", "chip": "ascend910b1", "op": "matmul",
     "shape": [512, 256, 128], "element": "int8", "cores": 24, "base": [128, 256, 64],
     "transpose_b": true, "source": "a, \"b\"", "microseconds": {"task": 12.5, "M": 3}},
    {"id": "Q", "family": "element-wise library", "chip": "ascend910b2", "op": "add",
     "shape": [4096, 7], "source": "x.csv", "microseconds": {"task": 20}}]})",
                                 "x.json");
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].id == b[i].id);
    CHECK(a[i].family == b[i].family);
    CHECK(a[i].chip == b[i].chip);
    CHECK(a[i].source == b[i].source);
    CHECK(a[i].microseconds == b[i].microseconds);
    CHECK(a[i].task.op == b[i].task.op);
    CHECK(a[i].task.shape == b[i].task.shape);
    CHECK(a[i].task.element == b[i].task.element);
    CHECK(a[i].task.result == b[i].task.result);
    CHECK(a[i].task.transpose_b == b[i].task.transpose_b);
    CHECK(a[i].task.matmul.base_n == b[i].task.matmul.base_n);
    CHECK(a[i].task.matmul.cores == b[i].task.matmul.cores);
  }
}

TEST_CASE("what is wrong with a table is said with its line") {
  const auto error = [](std::string_view text) -> std::string {
    try {
      measured_points_of_csv(text, "x.csv");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const std::string head = "id,chip,op,shape,task us\n";
  CHECK(error("") == "tenon: cannot read x.csv: it has no points");
  CHECK(error(head) == "tenon: cannot read x.csv: it has no points");
  CHECK(error(head + "a,b\n").find("line 2: 2 fields, the first line has 5") !=
        std::string::npos);
  CHECK(error(head + "a,ascend910b1,add,4xx,3\n").find("is no number") != std::string::npos);
  CHECK(error(head + "a,ascend910b1,add,4,fast\n").find("fast is no number") != std::string::npos);
  CHECK(error(head + "a,ascend910b1,add,4,-1\n").find("task is not above 0") != std::string::npos);
  CHECK(error(head + "a,ascend910b1,add,4,\n").find("no column") != std::string::npos);
  CHECK(error(head + "\"a,ascend910b1,add,4,1\n").find("is not closed") != std::string::npos);
}
