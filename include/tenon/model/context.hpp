// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a model runs, in MindSpore Lite's words:
///   Context context;
///   context.target = {"cpu"};  context.threads = 2;
///   context = checked(context_from_environment(context));      // RANK_ID=3: context.rank_id == 3
///   std::unique_ptr<Backend> backend = backend_of(context);
#include <memory>
#include <optional>

#include <tenon/backend/backend.hpp>
#include <tenon/comm/communication.hpp>
#include <tenon/core/separate.hpp>
#include <tenon/io/config_file.hpp>

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
#ifdef TENON_CUDA
inline constexpr std::string_view built_targets = "cpu, gpu, ascend (simulated)";
#else
inline constexpr std::string_view built_targets = "cpu, ascend (simulated)";
#endif

namespace detail {

/// A number that two sources say must be the same.
inline void settle(std::optional<Index>& said, Index other, std::string_view what,
                   std::string_view whose) {
  if (said && *said != other)
    throw Error(sentence("the ", what, " is ", *said, ", but ", other, " in ", whose));
  said = other;
}

}  // namespace detail

/// What `given` leaves open, from RANK_ID, RANK_SIZE, DEVICE_ID, RANK_TABLE_FILE and
/// CUDA_VISIBLE_DEVICES: nothing else of Tenon reads the environment.
/// @throws Error that names the variable whose value is no number.
TENON_DECL Context context_from_environment(Context given = {});

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
TENON_DECL Context checked(Context context);

/// @throws Error where this build has no backend for the target.
TENON_DECL std::unique_ptr<Backend> backend_of(const Context& context);

}  // namespace tenon

#ifndef TENON_SEPARATE_COMPILATION
#include <tenon/model/context.ipp>
#endif
