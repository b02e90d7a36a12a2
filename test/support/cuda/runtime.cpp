// SPDX-License-Identifier: Apache-2.0
// Devices, streams, graphs and events of the pretended CUDA.
#include <cstring>
#include <deque>
#include <memory>

#include "pretended.hpp"

struct CUstream_st {
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
  CUstream_st* stream = nullptr;
  float time = 0;
};

namespace pretended {

namespace {

float now = 0;                         // milliseconds of work
cudaError_t ended = cudaSuccess;       // of work: every later call says it
std::vector<CUstream_st*> streams;

cudaError_t drain(CUstream_st* stream) {
  if (stream->captured) {
    stream->spoilt = true;
    return device().last_error = cudaErrorStreamCaptureUnsupported;
  }
  const DeviceWorks works;
  while (!stream->work.empty()) {
    const auto work = std::move(stream->work.front());
    stream->work.pop_front();
    if (const cudaError_t code = device().call("work")) work_failed(code);
    if (ended == cudaSuccess) work();
  }
  const cudaError_t code = ended;
  ended = cudaSuccess;  // so that one process can test several errors
  return device().last_error = code;
}

}  // namespace

cudaError_t enqueue(cudaStream_t stream, std::function<void()> work) {
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
  if (ended == cudaSuccess) ended = code;
}
bool is_capturing(cudaStream_t stream) { return stream->captured; }
void spend(float milliseconds) { now += milliseconds; }

}  // namespace pretended

using namespace pretended;

cudaError_t cudaGetDeviceCount(int* count) {
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
cudaError_t cudaSetDevice(int number) {
  if (const cudaError_t code = device().call("cudaSetDevice")) return code;
  return number < device().devices ? cudaSuccess : cudaErrorInvalidDevice;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::strcpy(properties->name, "Pretended");
  properties->major = 9;
  properties->multiProcessorCount = 1;
  properties->maxThreadsPerBlock = 16;
  properties->totalGlobalMem = device().memory;
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  const cudaError_t code = device().last_error;
  device().last_error = cudaSuccess;
  return code;
}
const char* cudaGetErrorName(cudaError_t code) {
  switch (code) {
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    default: return "cudaErrorOther";
  }
}
const char* cudaGetErrorString(cudaError_t) { return "pretended"; }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  if (const cudaError_t code = device().call("cudaStreamCreate")) return code;
  streams.push_back(*stream = new CUstream_st);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  drain(stream);
  std::erase(streams, stream);
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (const cudaError_t code = device().call("cudaStreamSynchronize")) return code;
  return drain(stream);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  device().call("cudaStreamBeginCapture");
  stream->captured = new std::vector<std::function<void()>>;
  stream->spoilt = false;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const std::unique_ptr<std::vector<std::function<void()>>> work(stream->captured);
  stream->captured = nullptr;
  *graph = nullptr;
  if (stream->spoilt) return device().last_error = cudaErrorStreamCaptureInvalidated;
  *graph = new CUgraph_st{std::move(*work)};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  if (const cudaError_t code = device().call("cudaGraphInstantiate")) return code;
  *made = new CUgraphExec_st{graph->work};
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return delete graph, cudaSuccess; }
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return delete graph, cudaSuccess; }
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  if (const cudaError_t code = device().call("cudaGraphLaunch")) return code;
  for (const auto& work : graph->work) stream->work.push_back(work);
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) { return *event = new CUevent_st, cudaSuccess; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return cudaEventCreate(event);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) { return delete event, cudaSuccess; }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  event->stream = stream;
  return enqueue(stream, [event] { event->time = now; });
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return event->stream ? drain(event->stream) : cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  *milliseconds = end->time - start->time;
  return cudaSuccess;
}

namespace {

bool legal(const void* data, std::size_t bytes, bool of_device) {
  return of_device ? on_device(data, bytes) : !on_device(data, 1);
}

}  // namespace

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (const cudaError_t code = device().call("cudaMemcpyAsync")) return code;
  const bool up = kind == cudaMemcpyHostToDevice;
  if ((!up && kind != cudaMemcpyDeviceToHost) || !legal(to, bytes, up) ||
      !legal(from, bytes, !up))
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
  device().call("cudaMemsetAsync");
  if (!on_device(to, bytes)) return device().last_error = cudaErrorInvalidValue;
  return enqueue(stream, [=] { std::memset(to, value, bytes); });
}
cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  device().call("cudaLaunchHostFunc");
  return enqueue(stream, [=] { function(data); });
}
