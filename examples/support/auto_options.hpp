// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What every program that finds strategies lets its user say:
///   --auto   --auto=recursive_programming   --machine mine.json
#include <CLI/CLI.hpp>

#include <tenon/io/machine_file.hpp>
#include <tenon/model/build_options.hpp>

namespace tenon::program {

struct AutoOptions {
  std::string mode, machine = "cpu";
};

inline void describe(CLI::App& app, AutoOptions& o) {
  app.add_flag("--auto{dynamic_programming}", o.mode,
               "find strategies by search; --auto=recursive_programming, "
               "--auto=sharding_propagation (from operators that --strategy names)");
  auto* machine = app.add_option(
      "--machine", o.machine,
      "for which machine: cpu, gpu, ascend910, or a .json file of its numbers");
  if (!o.machine.empty()) machine->capture_default_str();
}

/// @throws Error for a mode that is none
inline SearchMode mode_of(const std::string& name) {
  if (const auto mode = search_mode(name)) return *mode;
  throw Error(
      sentence("there is no search mode ", name,
               "; legal: dynamic_programming, recursive_programming, sharding_propagation"));
}

/// What was asked for, or nothing. @throws Error for a mode or a machine that is none
inline std::optional<AutoParallel> auto_parallel(const AutoOptions& o) {
  if (o.mode.empty()) return {};
  return AutoParallel{mode_of(o.mode), read_machine(o.machine).machine};
}

}  // namespace tenon::program
