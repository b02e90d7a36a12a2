// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/input_files.hpp>

#include <tenon/io/open_tensors.hpp>
#include <tenon/io/write_tensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("an input is known under all of its names") {
  const Folder folder;
  const std::string path = folder.write("x", "a");
  folder.write("y", "a");
  std::filesystem::create_directory(folder / "d");
  std::filesystem::create_hard_link(path, folder / "hard");
  std::filesystem::create_symlink("x", folder / "soft");
  InputFiles inputs;
  inputs.add(path);
  inputs.add(folder / "none");
  for (const char* other : {"y", "none", "d/x"})
    CHECK(error_of([&] { inputs.check_apart(folder / other); }) == "");
  for (const char* same : {"x", "hard", "soft", "./x", "d/../x"}) {
    const std::string name = folder / same;
    CHECK(error_of([&] { inputs.check_apart(name); }) ==
          "tenon: cannot write " + name + ": it is the input " + path +
              ": give other names, or another folder");
  }
}

TEST_CASE("the files that an index names are inputs") {
  const Folder folder;
  const std::vector<float> values(4);
  for (const std::string name : {"a", "b"})
    write_tensors(folder / name + ".safetensors",
                  std::vector<TensorSource>{{name, values, Dims{4}}});
  const std::string index =
      folder.write("x.json", R"({"weight_map":{"a":"a.safetensors","b":"b.safetensors"}})");
  InputFiles inputs;
  inputs.add(open_tensors(index));
  for (const char* name : {"a.safetensors", "b.safetensors", "x.json"})
    CHECK(has(error_of([&] { inputs.check_apart(folder / name); }), "it is the input"));
}
