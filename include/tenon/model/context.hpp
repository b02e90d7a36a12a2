// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a model runs, in MindSpore Lite's words:
///   Context context;
///   context.target = {"cpu"};  context.threads = 2;
///   context = checked(context_from_environment(context));      // RANK_ID=3: context.rank_id == 3
///   std::unique_ptr<Backend> backend = backend_of(context);
#include <cstdlib>
#include <memory>
#include <optional>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/io/config_file.hpp>
#include <tenon/io/rank_table.hpp>

namespace tenon {

/// What is not given is asked of the environment, the rank table and the communicator.
struct Context {
  std::vector<std::string> target{"cpu"};  // one of "cpu", "gpu", "ascend"
  std::optional<Index> rank_id, rank_size, device_id;
  std::string provider;  // "ge" of ascend, "tensorrt" of gpu: Tenon's own kernels either way
  int threads = 1;       // of each rank
  std::string rank_table_file;
  std::optional<std::vector<std::string>> visible_devices;  // of CUDA: device_id counts these
};

/// The backends that this build has.
inline constexpr std::string_view built_targets = "cpu";

namespace detail {

inline std::optional<std::string> from_environment(const char* name) {
  const char* text = std::getenv(name);
  if (!text) return {};
  return text;
}
inline void number_from_environment(std::optional<Index>& to, const char* name) {
  const auto text = from_environment(name);
  if (to || !text || text->empty()) return;
  to = whole_number(*text);
  if (!to)
    throw Error(
        sentence("the environment's ", name, " is \"", *text, "\"; legal: a number from 0"));
}

/// A number that two sources say must be the same.
inline void settle(std::optional<Index>& said, Index other, std::string_view what,
                   std::string_view whose) {
  if (said && *said != other)
    throw Error(sentence("the ", what, " is ", *said, ", but ", other, " in ", whose));
  said = other;
}

[[noreturn]] void wrong_context(const auto&... words) { throw Error(sentence(words...)); }

/// What is wrong whatever the ranks are.
inline void check_words(const Context& context) {
  const std::size_t targets = context.target.size();
  if (targets != 1)
    wrong_context("a context of ", targets, " targets; legal: one of cpu, gpu, ascend");
  const std::string& target = context.target[0];
  if (target != "cpu" && target != "gpu" && target != "ascend")
    wrong_context("the context's target is \"", target, "\"; legal: cpu, gpu, ascend");
  const std::string provider = target == "ascend" ? "ge" : target == "gpu" ? "tensorrt" : "";
  if (!context.provider.empty() && context.provider != provider)
    wrong_context("the provider of the target ", target, " is \"", context.provider,
                  "\"; legal: ", provider.empty() ? "none" : provider);
  if (context.threads < 1)
    wrong_context("a context of ", context.threads, " threads; legal: 1 or more");
  if (context.rank_size.value_or(1) < 1)
    wrong_context("a context of ", *context.rank_size, " ranks; legal: 1 or more");
}

}  // namespace detail

/// What `given` leaves open, from RANK_ID, RANK_SIZE, DEVICE_ID, RANK_TABLE_FILE and
/// CUDA_VISIBLE_DEVICES: nothing else of Tenon reads the environment.
/// @throws Error that names the variable whose value is no number.
inline Context context_from_environment(Context given = {}) {
  detail::number_from_environment(given.rank_id, "RANK_ID");
  detail::number_from_environment(given.rank_size, "RANK_SIZE");
  detail::number_from_environment(given.device_id, "DEVICE_ID");
  if (given.rank_table_file.empty())
    given.rank_table_file = detail::from_environment("RANK_TABLE_FILE").value_or("");
  const auto devices = detail::from_environment("CUDA_VISIBLE_DEVICES");
  if (!devices || given.visible_devices) return given;
  given.visible_devices.emplace();
  for (std::size_t first = 0; first < devices->size();) {
    const std::size_t end = std::min(devices->find(',', first), devices->size());
    given.visible_devices->push_back(devices->substr(first, end - first));
    first = end + 1;
  }
  return given;
}

/// What `given` leaves open, from a config_file.ini.
inline Context context_from(const ConfigFile& file, Context given = {}) {
  if (given.rank_table_file.empty()) given.rank_table_file = file.rank_table_file;
  if (given.provider.empty()) given.provider = file.provider;
  return given;
}

/// With the ranks of a communicator, which must be those that were given, if any were.
inline Context context_of(const Communication& ranks, Context given = {}) {
  detail::settle(given.rank_size, ranks.size(), "number of ranks", "the communicator");
  detail::settle(given.rank_id, ranks.rank(), "rank_id", "the communicator");
  return given;
}

/// With ranks and device as the rank table says, if there is one: they must be those that were
/// given, if any were.  @throws Error that says what is legal.
inline Context checked(Context context) {
  detail::check_words(context);
  using detail::wrong_context;
  std::optional<RankTable> table;
  if (!context.rank_table_file.empty()) table = read_rank_table(context.rank_table_file);
  if (table)
    detail::settle(context.rank_size, Index(table->ranks.size()), "number of ranks", table->path);
  if (context.rank_size == 1 && !context.rank_id) context.rank_id = 0;
  if (table && !context.rank_id)
    wrong_context(table->path, " has ", *context.rank_size,
                  " ranks, and which this is was not said: give ",
                  "rank_id, or RANK_ID in the environment");
  const Index rank = context.rank_id.value_or(0), ranks = context.rank_size.value_or(rank + 1);
  if (rank < 0) wrong_context("the rank_id is ", rank, "; legal: 0 or more");
  if (rank >= ranks) wrong_context("the rank_id is ", rank, "; legal: 0 to ", ranks - 1);
  if (table)
    detail::settle(context.device_id, table->ranks[std::size_t(rank)].device_id,
                   sentence("device_id of rank ", rank), table->path);
  const Index device = context.device_id.value_or(0);
  if (device < 0) wrong_context("the device_id is ", device, "; legal: 0 or more");
  if (context.target[0] == "gpu" && context.visible_devices &&
      device >= Index(context.visible_devices->size()))
    wrong_context("the device_id is ", device, ", but CUDA_VISIBLE_DEVICES names ",
                  context.visible_devices->size(), " devices");
  return context;
}

/// @throws Error where this build has no backend for the target.
inline std::unique_ptr<Backend> backend_of(const Context& context) {
  const std::string target = checked(context).target[0];
  if (target == "cpu") return std::make_unique<Cpu>(CpuOptions{.threads = context.threads});
  throw Error(
      sentence("this build has no backend for the target ", target, "; legal: ", built_targets));
}

}  // namespace tenon
