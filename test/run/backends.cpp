// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"

#include <tenon/backend/cpu/cpu.hpp>
#include <tenon/backend/cpu/eigen_cpu.hpp>
#include <tenon/backend/reference.hpp>

namespace tenon::test {

const Backend& cpu() {
  static const Cpu backend;
  return backend;
}
std::vector<const Backend*> backends() {
  static const Reference reference;
  static const EigenCpu eigen;
  return {&reference, &cpu(), &eigen};
}

}  // namespace tenon::test
