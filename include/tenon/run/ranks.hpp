// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The ranks that typed tensors lie on: a communication, a backend, and the programs of single
/// operators prepared so far.  Ranks ranks(communicator, Cpu{});
#include <concepts>
#include <map>

#include <tenon/comm/alone.hpp>
#include <tenon/run/executor.hpp>

namespace tenon {

class Ranks {
 public:
  /// Collective. @param host the program's communicator: tenon/comm/mpi.hpp takes MPI's.
  template <class Host, std::derived_from<Backend> B>
  Ranks(const Host& host, const B& backend)
      : communication_(std::make_unique<typename CommunicationOver<Host>::type>(host)),
        backend_(std::make_unique<B>(backend)) {}
  /// One rank alone.
  template <std::derived_from<Backend> B>
  explicit Ranks(const B& backend)
      : communication_(std::make_unique<Alone>()), backend_(std::make_unique<B>(backend)) {}

  int rank() const { return communication_->rank(); }
  int size() const { return communication_->size(); }
  Communication& communication() { return *communication_; }

  /// The program of a constant plan, prepared once. Collective at its first use.
  template <const auto& plan>
  Executor& program() {
    auto& prepared = programs_[&plan];
    if (!prepared) prepared = std::make_unique<Program>(view(plan), *backend_, *communication_);
    return prepared->executor;
  }

 private:
  struct Program {
    Program(const PlanView& plan, const Backend& backend, Communication& communication)
        : parameters(plan), executor(plan, backend, communication, parameters) {}
    Parameters parameters;
    Executor executor;
  };
  std::unique_ptr<Communication> communication_;
  std::unique_ptr<Backend> backend_;
  std::map<const void*, std::unique_ptr<Program>> programs_;
};

}  // namespace tenon
