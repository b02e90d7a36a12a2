// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Who computes, as every program lets its user say it:  --backend cpu --threads 2 --weights
/// bfloat16
#include <CLI/CLI.hpp>
#include <memory>

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/reference.hpp>

namespace tenon::program {

struct BackendOptions {
  std::string name = "cpu", weights = "float32";
  int threads = 1;
  bool reproducible = false;
};

inline void describe(CLI::App& app, BackendOptions& o) {
  app.add_option("--backend", o.name, "who computes")
      ->check(CLI::IsMember({"cpu", "reference"}))
      ->capture_default_str();
  app.add_option("--threads", o.threads, "threads of each rank")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--weights", o.weights, "how the cpu keeps them")
      ->check(CLI::IsMember({"float32", "bfloat16"}))
      ->capture_default_str();
  app.add_flag("--reproducible", o.reproducible, "the same bits on any number of ranks");
}

/// use(backend), of the type that was asked for.
auto with_backend(const BackendOptions& o, auto&& use) {
  if (o.name == "reference") {
    if (o.threads != 1 || o.weights != "float32")
      throw Error("--threads and --weights are the cpu's: --backend reference has one of each");
    return use(Reference{{.reproducible = o.reproducible}});
  }
  return use(Cpu{{.threads = o.threads,
                  .weights = o.weights == "bfloat16" ? Element::bfloat16 : Element::float32,
                  .reproducible = o.reproducible}});
}

inline std::unique_ptr<Backend> backend_of(const BackendOptions& o) {
  return with_backend(o, [](auto backend) -> std::unique_ptr<Backend> {
    return std::make_unique<decltype(backend)>(std::move(backend));
  });
}

}  // namespace tenon::program
