// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How Open MPI waits, switched while it runs: it polls, or it yields its core between two looks
/// (mpi_yield_when_idle), so that both of its settings take part in the same rounds.
///   MpiWaiting waiting;  waiting.yields(true);
#include <dlfcn.h>

namespace bench {

class MpiWaiting {
 public:
  /// @pre MPI is initialised: by now Open MPI has chosen, by its settings and by ranks and cores.
  MpiWaiting() {
    if (switch_) own_ = switch_(true), switch_(own_);
  }
  /// Another MPI has no such switch; here nothing happens then.
  bool can_switch() const { return switch_ != nullptr; }
  void yields(bool yields) const {
    if (switch_) switch_(yields);
  }
  void as_it_chose() const { yields(own_); }

 private:
  bool (*switch_)(bool) = reinterpret_cast<bool (*)(bool)>(
      ::dlsym(RTLD_DEFAULT, "opal_progress_set_yield_when_idle"));
  bool own_ = false;
};

}  // namespace bench
