// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/context.hpp declares.
#include <cstdlib>

#include <tenon/backend/ascend/ascend_sim.hpp>
#include <tenon/backend/cpu/cpu.hpp>
#ifdef TENON_CUDA
#include <tenon/backend/cuda/cuda.hpp>
#endif
#include <tenon/io/rank_table.hpp>

namespace tenon {

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

TENON_DECL Context context_from_environment(Context given) {
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

TENON_DECL Context checked(Context context) {
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
                  "rank_id (--rank), or RANK_ID in the environment");
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

TENON_DECL std::unique_ptr<Backend> backend_of(const Context& context) {
  const Context known = checked(context);
  const std::string& target = known.target[0];
  if (target == "cpu") return std::make_unique<Cpu>(CpuOptions{.threads = context.threads});
  if (target == "ascend")
    return std::make_unique<AscendSim>(AscendSimOptions{.threads = context.threads});
#ifdef TENON_CUDA
  return std::make_unique<Cuda>(CudaOptions{.device = int(known.device_id.value_or(-1))});
#else
  throw Error(sentence("this build has no backend for the target ", target, "; legal: ",
                       built_targets, "; with the CUDA Toolkit and -DTENON_CUDA also gpu"));
#endif
}

}  // namespace tenon
