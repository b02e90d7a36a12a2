// SPDX-License-Identifier: Apache-2.0
#pragma once
/// NVRTC's second library, from the folder of the first:  load_nvrtc_builtins();
/// NVRTC itself looks where the loader looks for every program, and not beside itself: so it does
/// not find it where an rpath led to the first (pip's folders, a toolkit that nobody registered).
#include <dlfcn.h>
#include <link.h>
#include <nvrtc.h>

#include <string>

namespace tenon::detail {

/// The path of what this process has loaded from a file whose name begins so; "": nothing.
inline std::string loaded_from(const std::string& name) {
  struct Search {
    std::string wanted, found;
  } search{"/" + name, {}};
  ::dl_iterate_phdr(
      [](dl_phdr_info* one, std::size_t, void* data) {
        auto& all = *static_cast<Search*>(data);
        const std::string path = one->dlpi_name ? one->dlpi_name : "";
        const std::size_t file = path.rfind('/');
        if (file == path.npos || !path.substr(file).starts_with(all.wanted)) return 0;
        all.found = path;
        return 1;
      },
      &search);
  return search.found;
}

/// Where it is not there, NVRTC looks for it, and says so.
inline void load_nvrtc_builtins() {
  int major = 0, minor = 0;
  if (nvrtcVersion(&major, &minor) != NVRTC_SUCCESS) return;
  const std::string first = loaded_from("libnvrtc.so");
  if (first.empty() || !loaded_from("libnvrtc-builtins.so").empty()) return;
  std::string second = first.substr(0, first.rfind('/')) + "/libnvrtc-builtins.so.";
  second.append(std::to_string(major)).append(".").append(std::to_string(minor));
  ::dlopen(second.c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace tenon::detail
