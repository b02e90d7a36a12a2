// SPDX-License-Identifier: Apache-2.0
// Devices, streams, graphs and events of the pretended CUDA.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

#include "pretended.hpp"

struct CUstream_st {
  int device = 0;
  std::deque<std::function<void()>> work;
  std::vector<std::function<void()>>* captured = nullptr;
  bool spoilt = false;  // a call that a capture does not allow
};
struct CUgraph_st {
  std::vector<std::function<void()>> work;
};
struct CUgraphExec_st {
  std::vector<std::function<void()>> work;
};
struct CUevent_st {
  int device = 0;
  CUstream_st* stream = nullptr;
  std::shared_ptr<float> time = std::make_shared<float>(0.f);  // work may outlive the event
};

namespace pretended {

namespace {

float now = 0;  // milliseconds of work
std::vector<CUstream_st*> streams;
thread_local CUstream_st* recording = nullptr;  // the stream that this thread records
thread_local int current = 0;                   // this thread's device
thread_local bool is_chosen = false;            // by cudaSetDevice

cudaError_t drain(CUstream_st* stream) {
  if (stream->captured) {
    stream->spoilt = true;
    return device().last_error = cudaErrorStreamCaptureUnsupported;
  }
  if (stream->work.empty()) return device().last_error = device().fault;
  const DeviceWorks works;
  while (!stream->work.empty()) {
    const auto work = std::move(stream->work.front());
    stream->work.pop_front();
    if (device().dawdles) ::usleep(useconds_t(std::rand() % device().dawdles));
    if (const cudaError_t code = device().call("work")) work_failed(code);
    if (device().fault == cudaSuccess) work();
  }
  return device().last_error = device().fault;
}

}  // namespace

int current_device() { return current; }
int device_of(cudaStream_t stream) { return stream ? stream->device : -1; }

cudaError_t unless_recording() {
  if (!recording) return cudaSuccess;
  recording->spoilt = true;
  return device().last_error = cudaErrorStreamCaptureUnsupported;
}
cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
  if (!stream) {
    if (recording) recording->spoilt = true;
    return device().last_error =
               recording ? cudaErrorStreamCaptureImplicit : cudaErrorInvalidResourceHandle;
  }
  if (stream->captured) stream->captured->push_back(std::move(work));
  else stream->work.push_back(std::move(work));
  return cudaSuccess;
}
void wait_for_all() {
  for (CUstream_st* stream : streams)
    if (!stream->captured && !stream->work.empty()) drain(stream);
}
bool idle() {
  for (const CUstream_st* stream : streams)
    if (!stream->work.empty()) return false;
  return true;
}
void work_failed(cudaError_t code) {
  if (device().fault == cudaSuccess) device().fault = code;
}
bool is_capturing(cudaStream_t stream) { return stream->captured; }
void spend(float milliseconds) { now += milliseconds; }

}  // namespace pretended

using namespace pretended;

namespace {

/// Of the driver: whether somebody has used a device.
int primary_context_state(int number, unsigned* flags, int* active) {
  const Turn turn;
  *flags = 0;
  *active = int(device().contexts.count(number));
  return 0;
}

}  // namespace

cudaError_t cudaGetDeviceCount(int* count) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaGetDeviceCount")) return code;
  *count = device().devices;
  int runtime = 0;
  cudaRuntimeGetVersion(&runtime);
  if (device().driver / 1000 < runtime / 1000)
    return device().last_error = cudaErrorInsufficientDriver;
  return device().last_error = *count ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = device().driver;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* number) {
  const Turn turn;
  *number = current;
  return device().call("cudaGetDevice");
}
cudaError_t cudaSetDevice(int number) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaSetDevice")) return code;
  if (number >= device().devices) return device().last_error = cudaErrorInvalidDevice;
  if (device().taken.count(number)) return device().last_error = cudaErrorDevicesUnavailable;
  device().contexts.insert(current = number);
  is_chosen = true;
  return cudaSuccess;
}
cudaError_t cudaGetDriverEntryPointByVersion(const char* name, void** function, unsigned,
                                             unsigned long long,
                                             cudaDriverEntryPointQueryResult* found) {
  const bool known = std::strcmp(name, "cuDevicePrimaryCtxGetState") == 0;
  if (found) *found = known ? cudaDriverEntryPointSuccess : cudaDriverEntryPointSymbolNotFound;
  *function = known ? reinterpret_cast<void*>(&primary_context_state) : nullptr;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int number) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaGetDeviceProperties")) return code;
  *properties = {};
  std::strcpy(properties->name, "Pretended");
  properties->uuid.bytes[0] = char(device().hardware + number);
  properties->major = device().capability / 10;
  properties->minor = device().capability % 10;
  properties->multiProcessorCount = 1;
  properties->maxThreadsPerBlock = 16;
  properties->totalGlobalMem = device().memory;
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  const Turn turn;
  if (device().fault) return device().fault;
  const cudaError_t code = device().last_error;
  device().last_error = cudaSuccess;
  return code;
}
const char* cudaGetErrorName(cudaError_t code) {
  switch (code) {
    case cudaErrorMisalignedAddress: return "cudaErrorMisalignedAddress";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    case cudaErrorStreamCaptureUnsupported: return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated: return "cudaErrorStreamCaptureInvalidated";
    default: return "cudaErrorOther";
  }
}
const char* cudaGetErrorString(cudaError_t) { return "pretended"; }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaStreamCreate")) return code;
  // Who has chosen none gets the first that is free.
  while (!is_chosen && device().taken.count(current)) ++current;
  if (current >= device().devices) return device().last_error = cudaErrorDevicesUnavailable;
  device().contexts.insert(current);
  streams.push_back(*stream = new CUstream_st);
  (*stream)->device = current;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const Turn turn;
  const cudaError_t failed = device().call("cudaStreamDestroy");
  drain(stream);
  std::erase(streams, stream);
  delete stream;
  return failed;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaStreamSynchronize")) return code;
  if (const cudaError_t code = unless_recording()) return code;
  return drain(stream);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaStreamBeginCapture")) return code;
  if (!stream || stream->captured || recording || mode != cudaStreamCaptureModeThreadLocal)
    return device().last_error = cudaErrorStreamCaptureUnsupported;
  stream->captured = new std::vector<std::function<void()>>;
  stream->spoilt = false;
  recording = stream;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const Turn turn;
  *graph = nullptr;
  if (recording != stream) return device().last_error = cudaErrorStreamCaptureWrongThread;
  const std::unique_ptr<std::vector<std::function<void()>>> work(stream->captured);
  stream->captured = nullptr;
  recording = nullptr;
  if (const cudaError_t code = device().call("cudaStreamEndCapture")) return code;
  if (stream->spoilt) return device().last_error = cudaErrorStreamCaptureInvalidated;
  *graph = new CUgraph_st{std::move(*work)};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaGraphInstantiate")) return code;
  *made = new CUgraphExec_st{graph->work};
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return delete graph, cudaSuccess; }
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return delete graph, cudaSuccess; }
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaGraphLaunch")) return code;
  for (const auto& work : graph->work) stream->work.push_back(work);
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaEventCreate")) return code;
  *event = new CUevent_st;
  (*event)->device = current;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return cudaEventCreate(event);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) { return delete event, cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaEventRecord")) return code;
  if (event->device != device_of(stream))
    return device().last_error = cudaErrorInvalidResourceHandle;
  event->stream = stream;
  return enqueue(stream, [time = event->time] { *time = now; });
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaEventSynchronize")) return code;
  if (const cudaError_t code = unless_recording()) return code;
  return event->stream ? drain(event->stream) : cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  const Turn turn;
  *milliseconds = *end->time - *start->time;
  return cudaSuccess;
}

namespace {

bool legal(cudaStream_t stream, const void* data, std::size_t bytes, bool of_device) {
  return of_device ? reaches(stream, data, bytes) : !on_device(data, 1);
}

}  // namespace

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaMemcpyAsync")) return code;
  if (!stream) return enqueue(stream, {});
  const bool up = kind == cudaMemcpyHostToDevice;
  if ((!up && kind != cudaMemcpyDeviceToHost) || !legal(stream, to, bytes, up) ||
      !legal(stream, from, bytes, !up))
    return device().last_error = cudaErrorInvalidValue;
  (up ? device().to_device : device().to_host) += bytes;
  const void* host = up ? from : to;
  if (pinned(host, bytes))
    return enqueue(stream, [=] { std::memcpy(to, from, bytes); });
  if (is_capturing(stream) || !up) return device().last_error = cudaErrorInvalidValue;
  const auto* data = static_cast<const char*>(from);  // pageable memory is read at once
  auto staged = std::make_shared<std::vector<char>>(data, data + bytes);
  return enqueue(stream, [=] { std::memcpy(to, staged->data(), bytes); });
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaMemsetAsync")) return code;
  if (!stream) return enqueue(stream, {});
  if (!reaches(stream, to, bytes)) return device().last_error = cudaErrorInvalidValue;
  return enqueue(stream, [=] { std::memset(to, value, bytes); });
}
/// By the stream that nobody uses: it waits for all others.
cudaError_t cudaMemcpy(void*, const void*, std::size_t, cudaMemcpyKind) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaMemcpy")) return code;
  return enqueue(nullptr, {});
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  const Turn turn;
  if (const cudaError_t code = device().call("cudaLaunchHostFunc")) return code;
  return enqueue(stream, [=] { function(data); });
}
