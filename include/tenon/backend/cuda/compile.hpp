// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Kernels, compiled for one kind of device by NVRTC, which needs no device:
///   std::string code = compiled(kernel_text(), "sm_90");
/// A folder that the user names keeps what was compiled, by text, architecture and NVRTC's version.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <tenon/backend/cuda/check.hpp>
#include <tenon/backend/cuda/nvrtc_builtins.hpp>
#include <tenon/core/hash.hpp>

namespace tenon::detail {

/// @param architecture "sm_90": what a device runs; "compute_90": what a driver compiles
/// @throws Error with the compiler's words.
inline std::string compiled(const std::string& text, const std::string& architecture) {
  load_nvrtc_builtins();
  nvrtcProgram program = nullptr;
  check_nvrtc(nvrtcCreateProgram(&program, text.c_str(), "tenon.cu", 0, nullptr, nullptr),
              "nvrtcCreateProgram");
  const std::string target = "--gpu-architecture=" + architecture;
  const char* const options[] = {target.c_str(), "--std=c++17"};
  const nvrtcResult result = nvrtcCompileProgram(program, 2, options);
  std::string words, code;
  std::size_t size = 0;
  if (result != NVRTC_SUCCESS && nvrtcGetProgramLogSize(program, &size) == NVRTC_SUCCESS) {
    words.resize(size);
    nvrtcGetProgramLog(program, words.data());
  }
  if (result == NVRTC_SUCCESS) {
    const bool is_virtual = architecture.starts_with("compute_");
    check_nvrtc((is_virtual ? nvrtcGetPTXSize : nvrtcGetCUBINSize)(program, &size), "its size");
    code.resize(size);
    check_nvrtc((is_virtual ? nvrtcGetPTX : nvrtcGetCUBIN)(program, code.data()), "its code");
  }
  nvrtcDestroyProgram(&program);
  check_nvrtc(result, sentence("kernels for ", architecture, " could not be compiled: ",
                               words.c_str(), " nvrtcCompileProgram"));
  return code;
}

/// The same, kept in a folder, if one is named. A file there that is cut short or of other kernels
/// is not believed: its head holds the length and a number of the code. One that cannot be written
/// is compiled again next time.
inline std::string compiled(const std::string& text, const std::string& architecture,
                            const std::string& folder) {
  if (folder.empty()) return compiled(text, architecture);
  int major = 0, minor = 0;
  nvrtcVersion(&major, &minor);
  const auto number_of = [](std::string_view bytes) {
    Hash hash;
    hash.add(bytes);
    return hash.value;
  };
  const std::string key = sentence(text, architecture, " ", major, ".", minor);
  const std::string path = sentence(folder, "/tenon-", architecture, "-", number_of(key), ".cubin");
  std::ifstream file(path, std::ios::binary);
  std::uint64_t head[2] = {};
  if (file.read(reinterpret_cast<char*>(head), sizeof head)) {
    const std::string code(std::istreambuf_iterator<char>(file), {});
    if (code.size() == head[0] && number_of(code) == head[1]) return code;
  }
  std::string code = compiled(text, architecture);
  head[0] = code.size(), head[1] = number_of(code);
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  const std::string own = sentence(path, ".", host, ".", int(::getpid()));  // ranks may all write
  std::ofstream to(own, std::ios::binary);
  to.write(reinterpret_cast<const char*>(head), sizeof head);
  to.write(code.data(), std::streamsize(code.size()));
  to.close();
  std::error_code failed, ignored;
  if (to) std::filesystem::rename(own, path, failed);
  if (!to || failed) std::filesystem::remove(own, ignored);
  return code;
}

}  // namespace tenon::detail
