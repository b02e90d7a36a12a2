// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The toolkit's libraries, loaded when something of them is first called. Where one is not there,
/// each of its functions fails, and says why:  cuda_library_error(CudaLibrary::cudart)
#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <nvrtc.h>

#include <string>

namespace tenon::detail {

enum class CudaLibrary { cudart, cublas_lt, nvrtc };

/// Of the toolkit that the program was compiled with: found by the loader, or in the folder that
/// TENON_CUDA_LIBRARIES names.
struct LoadedCudaLibrary {
  void* handle = nullptr;
  std::string error;

  explicit LoadedCudaLibrary(const char* name) {
    const std::string file = std::string("lib").append(name).append(".so.").append(
        std::to_string(CUDART_VERSION / 1000));
#ifdef TENON_CUDA_LIBRARIES
    const std::string beside = std::string(TENON_CUDA_LIBRARIES).append("/").append(file);
    handle = ::dlopen(beside.c_str(), RTLD_NOW | RTLD_LOCAL);
#endif
    if (!handle) handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    const char* said = handle ? nullptr : ::dlerror();
    if (said) error = said;
  }
};

inline const LoadedCudaLibrary& loaded(CudaLibrary library) {
  static const LoadedCudaLibrary cudart("cudart");
  if (library == CudaLibrary::cudart) return cudart;
  if (library == CudaLibrary::nvrtc) {
    static const LoadedCudaLibrary nvrtc("nvrtc");
    return nvrtc;
  }
  static const LoadedCudaLibrary cublas_lt("cublasLt");
  return cublas_lt;
}

/// Null where it is not there.
template <class Function>
Function cuda_function(CudaLibrary library, const char* name) {
  void* handle = loaded(library).handle;
  return handle ? reinterpret_cast<Function>(::dlsym(handle, name)) : nullptr;
}
inline const char* cuda_library_error(CudaLibrary library) {
  const std::string& error = loaded(library).error;
  return error.empty() ? "a function is missing in one of CUDA's libraries" : error.c_str();
}

}  // namespace tenon::detail
