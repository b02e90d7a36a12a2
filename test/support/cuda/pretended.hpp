// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A pretended CUDA: the functions of cudart, cuBLASLt and NVRTC that Tenon calls, defined here in
/// place of the toolkit's libraries, so that its whole way of working runs without a device.
///   pretended().devices = 0;  pretended().fail("cudaMalloc", cudaErrorMemoryAllocation, 3);
/// Device memory is memory that the host cannot touch (it ends the process), is not zeroed, and has
/// guards; a stream's work is done when somebody waits for it, not before; work that is given a
/// pointer of the wrong memory, or of another device's, is a fault, after which every call fails.
/// What CUDA does not allow while work is recorded is refused, and spoils the record. Kernels are
/// the library's own text, compiled for the host. cuBLASLt's algorithms are of one problem, one
/// device and pointers of the alignment that it was told of; its GeLU has the device's fast tanh.
/// Threads take turns.
#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace pretended {

struct Device {
  int devices = 1;
  int driver = 13000;                  // version; 0: there is none
  std::size_t memory = 256u << 20;     // bytes of each device
  int capability = 90;                 // of each device: sm_90
  std::vector<int> architectures{80, 90, 100};  // that NVRTC knows
  bool untouchable = true;             // its memory, for the host; costs system calls
  bool has_gelu = true;                // cuBLASLt fuses GeLU
  bool keeps_nan[2] = {false, false};  // ReLU of its two algorithms
  bool gelu_keeps_nan = true;          // of both
  float milliseconds[2] = {2, 1};      // that its two algorithms take
  std::map<int, float> disturbed;      // the n-th product that is done takes so much more
  int refuse_algorithm = -1;           // one that fails when it is run

  std::map<std::string, int> calls;    // of each function so far
  std::size_t to_device = 0, to_host = 0;  // bytes copied
  std::size_t allocated = 0;           // bytes of device memory now
  bool broken_guard = false;           // a kernel wrote behind its memory
  std::set<int> contexts;              // devices that somebody has used
  std::set<std::pair<int, int>> peers; // the first one's work reaches the second one's memory
  int hardware = 0;                    // which of the machine's is device 0 of this process
  std::set<std::pair<int, int>> no_access;  // of the machine's: the first cannot read the second's
  bool reads_wrong = false;            // what another process has is read as something else
  bool freed_while_open = false;       // memory that another process reads
  bool closed_elsewhere = false;       // such memory, by a thread on another device
  int dawdles = 0;                     // microseconds before each piece of work, at most
  cudaError_t fault = cudaSuccess;     // of work: every call says it from then on
  std::set<int> taken;                 // devices that another process has for itself
  bool has_ended = false;              // as behind main(): cuBLASLt may not be touched any more

  /// The `after`-th next call of the function fails so. "work": of a stream.
  void fail(const std::string& function, cudaError_t code, int after = 1) {
    failures_[function] = {code, after};
  }
  /// Counts the call. @return what it fails with, if it does
  cudaError_t call(const std::string& function) {
    ++calls[function];
    if (has_ended) return cudaErrorCudartUnloading;
    if (fault) return last_error = fault;
    const auto found = failures_.find(function);
    if (found == failures_.end() || --found->second.after > 0) return cudaSuccess;
    const cudaError_t code = found->second.code;
    failures_.erase(found);
    return last_error = code;
  }
  /// As after the process began; what is allocated stays.
  void reset() {
    const std::size_t kept = allocated;
    *this = Device();
    allocated = kept;
  }
  cudaError_t last_error = cudaSuccess;

 private:
  struct Failure {
    cudaError_t code;
    int after;
  };
  std::map<std::string, Failure> failures_;
};

/// Of this process.
Device& device();

/// While it lives, no other thread calls CUDA.
struct Turn {
  std::lock_guard<std::recursive_mutex> lock;
  Turn();
};
/// The calling thread's.
int current_device();

/// Memory that was allocated, of either kind, with all of [data, data + bytes) in it.
bool on_device(const void* data, std::size_t bytes = 1);
/// And it is the memory of the device that the stream is of, or of one that it has access to.
bool reaches(cudaStream_t stream, const void* data, std::size_t bytes = 1);
bool pinned(const void* data, std::size_t bytes = 1);
int device_of(cudaStream_t stream);
/// Where device memory lies in the file that other processes map. @return whether it begins there
struct FilePlace {
  int file = -1, device = 0;
  std::size_t offset = 0, bytes = 0, pages = 0;
};
bool find_place(const void* data, FilePlace& place);
/// How many processes have it open.
int openers(const FilePlace& place);
/// Another process's memory, mapped there: it is read as if it were of any device here.
void add_opened(void* data, std::size_t bytes, std::size_t pages);
void remove_opened(void* data);
/// While it lives, device memory can be touched.
struct DeviceWorks {
  DeviceWorks();
  ~DeviceWorks();
};
/// Work for a stream: now recorded, or done later. No stream is one that nobody uses here, and that
/// CUDA refuses while it records. @return cudaSuccess
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work);
/// What may not be called by a thread that records: it spoils the record. @return cudaSuccess
cudaError_t unless_recording();
/// As freeing memory does.
void wait_for_all();
/// No stream has work that is not done.
bool idle();
/// Work that found something wrong: waiting for it says so, and everything after it.
void work_failed(cudaError_t code);
bool is_capturing(cudaStream_t stream);
/// Of a stream: its clock, in milliseconds of work done.
void spend(float milliseconds);

/// A kernel compiled for the host: all its threads, one after the other.
struct Kernel {
  const char* name;
  bool cooperates;  // its threads wait for each other
  std::vector<std::size_t> alignments;  // of what arguments point to; 0: it is no pointer
  std::vector<std::size_t> sizes;
  void (*run)(void* const* arguments);
};
const std::vector<Kernel>& kernels();
/// The texts that they were compiled from.
const std::vector<std::string>& kernel_texts();
/// Runs a kernel's blocks.
void run_kernel(const Kernel& kernel, unsigned blocks, unsigned threads, void* const* arguments);

}  // namespace pretended
