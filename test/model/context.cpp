// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/context.hpp>

#include <tenon/comm/alone.hpp>

#include "../io/files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr const char* variables[] = {"RANK_ID", "RANK_SIZE", "DEVICE_ID", "RANK_TABLE_FILE",
                                     "CUDA_VISIBLE_DEVICES"};

/// The environment with these variables of ours and no others of them, until it ends.
struct Environment {
  explicit Environment(std::initializer_list<std::pair<const char*, const char*>> values) {
    for (const char* name : variables) {
      const char* before = std::getenv(name);
      before_.emplace_back(before ? std::optional<std::string>(before) : std::nullopt);
      ::unsetenv(name);
    }
    for (const auto& [name, value] : values) ::setenv(name, value, 1);
  }
  ~Environment() {
    for (std::size_t i = 0; i < before_.size(); ++i)
      if (before_[i]) ::setenv(variables[i], before_[i]->c_str(), 1);
      else ::unsetenv(variables[i]);
  }
  Environment(const Environment&) = delete;
  std::vector<std::optional<std::string>> before_;
};

std::string two_servers() {
  return std::string(TENON_TEST_DATA).append("/rank_tables/two_servers.json");
}
std::string error_in(const Context& context) {
  return error_of([&] { checked(context); });
}

}  // namespace

TEST_CASE("a context asks the environment for what it was not given") {
  const Environment environment{{"RANK_ID", "2"},
                                {"RANK_SIZE", "4"},
                                {"DEVICE_ID", "5"},
                                {"RANK_TABLE_FILE", "t.json"},
                                {"CUDA_VISIBLE_DEVICES", "3,GPU-8932"}};
  const Context all = context_from_environment();
  CHECK(all.rank_id == 2);
  CHECK(all.rank_size == 4);
  CHECK(all.device_id == 5);
  CHECK(all.rank_table_file == "t.json");
  CHECK(all.visible_devices == std::vector<std::string>{"3", "GPU-8932"});
  Context given;
  given.rank_id = 1;
  given.rank_table_file = "other.json";
  const Context some = context_from_environment(given);
  CHECK(some.rank_id == 1);
  CHECK(some.rank_table_file == "other.json");
  CHECK(some.rank_size == 4);
}

TEST_CASE("an environment without our variables leaves a context as it was") {
  const Environment environment{{"RANK_ID", ""}};
  const Context context = context_from_environment();
  CHECK(!context.rank_id);
  CHECK(!context.rank_size);
  CHECK(!context.device_id);
  CHECK(!context.visible_devices);
  CHECK(context.rank_table_file.empty());
}

TEST_CASE("a variable that is no number is named") {
  for (const char* text : {"x", "-1", "1 ", "1.5", "99999999999999999999"}) {
    const Environment environment{{"DEVICE_ID", text}};
    CHECK(error_of([] { context_from_environment(); }) ==
          sentence("tenon: the environment's DEVICE_ID is \"", text, "\"; legal: a number from 0"));
  }
}

TEST_CASE("a config file gives what is left open") {
  const ConfigFile file =
      parse_config_file(std::string_view("[ascend_context]\nrank_table_file=a\nprovider=ge"), "c");
  Context given;
  CHECK(context_from(file, given).rank_table_file == "a");
  CHECK(context_from(file, given).provider == "ge");
  given.rank_table_file = "b";
  CHECK(context_from(file, given).rank_table_file == "b");
}

TEST_CASE("the rank table says the device of a rank") {
  Context context;
  context.rank_table_file = two_servers();
  context.rank_id = 3;
  CHECK(checked(context).device_id == 5);
  CHECK(checked(context).rank_size == 4);
  context.device_id = 4;
  CHECK(error_in(context) ==
        "tenon: the device_id of rank 3 is 4, but 5 in " + context.rank_table_file);
  context.device_id = 5;
  CHECK(error_in(context) == "");
  context.rank_size = 8;
  CHECK(error_in(context) ==
        "tenon: the number of ranks is 8, but 4 in " + context.rank_table_file);
  context.rank_size = 4;
  context.rank_id = 4;
  CHECK(error_in(context) == "tenon: the rank_id is 4; legal: 0 to 3");
  context.rank_id.reset();
  CHECK(error_in(context) ==
        "tenon: " + context.rank_table_file +
            " has 4 ranks, and which this is was not said: give rank_id (--rank), or RANK_ID in "
            "the environment");
  context.rank_table_file = "/none";
  CHECK(has(error_in(context), "/none: it does not exist"));
}

TEST_CASE("the ranks of a communicator are those of the context") {
  Alone alone;
  Context context = context_of(alone);
  CHECK(context.rank_id == 0);
  CHECK(context.rank_size == 1);
  context.rank_id = 3;
  CHECK(error_of([&] { context_of(alone, context); }) ==
        "tenon: the rank_id is 3, but 0 in the communicator");
}

TEST_CASE("each mistake in a context is said with what is legal") {
  const auto error = [](auto&& change) {
    Context context;
    change(context);
    return error_in(context);
  };
  CHECK(error([](Context&) {}) == "");
  CHECK(error([](Context& c) { c.target = {"tpu"}; }) ==
        "tenon: the context's target is \"tpu\"; legal: cpu, gpu, ascend");
  CHECK(error([](Context& c) {
          c.target = {"cpu", "gpu"};
        }) == "tenon: a context of 2 targets; legal: one of cpu, gpu, ascend");
  CHECK(error([](Context& c) { c.target = {}; }) ==
        "tenon: a context of 0 targets; legal: one of cpu, gpu, ascend");
  CHECK(error([](Context& c) { c.provider = "ge"; }) ==
        "tenon: the provider of the target cpu is \"ge\"; legal: none");
  CHECK(error([](Context& c) { c.target = {"gpu"}, c.provider = "ge"; }) ==
        "tenon: the provider of the target gpu is \"ge\"; legal: tensorrt");
  CHECK(error([](Context& c) { c.target = {"gpu"}, c.provider = "tensorrt"; }) == "");
  CHECK(error([](Context& c) { c.target = {"ascend"}, c.provider = "ge"; }) == "");
  CHECK(error([](Context& c) { c.threads = 0; }) ==
        "tenon: a context of 0 threads; legal: 1 or more");
  CHECK(error([](Context& c) { c.rank_size = 0; }) ==
        "tenon: a context of 0 ranks; legal: 1 or more");
  CHECK(error([](Context& c) { c.rank_id = -1; }) == "tenon: the rank_id is -1; legal: 0 or more");
  CHECK(error([](Context& c) { c.rank_id = 4, c.rank_size = 4; }) ==
        "tenon: the rank_id is 4; legal: 0 to 3");
  CHECK(error([](Context& c) { c.rank_id = 4; }) == "");  // of how many, a communicator says
  CHECK(error([](Context& c) { c.device_id = -2; }) ==
        "tenon: the device_id is -2; legal: 0 or more");
  const auto two = [](Context& c) { c.target = {"gpu"}, c.visible_devices = {{"0", "1"}}; };
  CHECK(error([&](Context& c) { two(c), c.device_id = 1; }) == "");
  CHECK(error([&](Context& c) { two(c), c.device_id = 2; }) ==
        "tenon: the device_id is 2, but CUDA_VISIBLE_DEVICES names 2 devices");
}

TEST_CASE("the backend of a context; one that this build has not is an error") {
  Context context;
  context.threads = 2;
  const std::unique_ptr<Backend> backend = backend_of(context);
  CHECK(backend->name() == "cpu");
  CHECK(backend->threads() == 2);
  context.target = {"ascend"};
  CHECK(backend_of(context)->name() == "ascend");
  context.target = {"gpu"};
#ifdef TENON_CUDA
  CHECK(backend_of(context)->name() == "cuda");  // a value: no device is looked for
#else
  CHECK(error_of([&] { backend_of(context); }) ==
        "tenon: this build has no backend for the target gpu; legal: cpu, ascend (simulated); with "
        "the CUDA Toolkit and -DTENON_CUDA also gpu");
#endif
}
