// SPDX-License-Identifier: Apache-2.0
// A program that nvcc compiles: a kernel of its own beside Tenon's backend, whose memory it uses.
// nvcc sees declarations alone (-DTENON_SEPARATE_COMPILATION), g++ compiles the rest: alone.cpp.
#include <cstdio>
#include <cstring>
#include <vector>

#include <tenon/backend/cuda/cuda.hpp>

__global__ void twice(float* x, long long n) {
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n;
       i += gridDim.x * (long long)blockDim.x)
    x[i] *= 2;
}

int main() try {
  const auto device = tenon::Cuda{}.device(0);
  device->enter();
  const auto x = device->allocate(4000), here = device->allocate_staging(4000);
  std::vector<float> numbers(1000, 1.5f);
  device->fill(x.get(), tenon::Element::float32, numbers.data(), tenon::Element::float32, 1000);
  device->wait();
  twice<<<4, 128>>>(reinterpret_cast<float*>(x.get()), 1000);
  if (const cudaError_t code = cudaGetLastError())
    return std::printf("with_nvcc: the kernel was not started: %s\n", cudaGetErrorString(code)), 1;
  if (const cudaError_t code = cudaDeviceSynchronize())
    return std::printf("with_nvcc: the kernel failed: %s\n", cudaGetErrorString(code)), 1;
  device->download(here.get(), x.get(), 4000);
  device->wait();
  std::memcpy(numbers.data(), here.get(), 4000);
  for (float number : numbers)
    if (number != 3) return std::puts("with_nvcc: wrong numbers"), 1;
  std::puts("with_nvcc: right");
} catch (const std::exception& error) {
  std::puts(error.what());
  return std::strstr(error.what(), "no CUDA device: ") ? 77 : 1;  // 77: skipped
}
