// SPDX-License-Identifier: Apache-2.0
// How fast the CUDA backend is beside the same calls written by hand:
//   build/bench/cuda [--json FILE] [--seconds 0.5] [--only 32x784x512]
// Layers y = relu(x w + b) in the device's memory, launch and wait, at the shapes of bench/kernels
// and 4096 and 8192 cubed; the tutorial's network with its copies in and out, beside the same calls
// as they are and as one graph; and how fast parameters go up, as a share of a plain copy of pinned
// memory.
#include <cmath>
#include <cstdio>
#include <memory>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/relu.hpp>

#include "../examples/network.hpp"
#include "support/by_hand_cuda.hpp"
#include "support/problem_data.hpp"
#include "support/report.hpp"

using namespace tenon;
using bench::must;

namespace {

struct Library {
  cublasLtHandle_t handle = nullptr;
  cudaStream_t stream = nullptr;
  Library() {
    must(cublasLtCreate(&handle), "cublasLtCreate");
    must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  void wait() const { must(cudaStreamSynchronize(stream), "cudaStreamSynchronize"); }
};

/// A layer as the executor runs it: recorded, launched, waited for.
class Recorded {
 public:
  Recorded(const Cuda& cuda, Index rows, Index inner, Index columns, const float* x, const float* w,
           const float* b, float* y)
      : device_(cuda.device(0)) {
    const auto block = [](const float* data, const Dims& shape) {
      return Block{const_cast<float*>(data), whole_box(shape), Element::float32};
    };
    call_.inputs = {block(x, {rows, inner}), block(w, {inner, columns}), block(b, {columns})};
    call_.output = block(y, {rows, columns});
    call_.attributes = MatMul().attributes();
    call_.bias = true;
    call_.activation = &ReLU::info.scalar;
    call_.activation_name = ReLU::info.name;
    prepared_ = cuda.prepare("MatMul", call_, {});
    prepared_->run(call_);
    device_->wait();
    recorded_ = device_->record([&] { prepared_->run(call_); });
  }
  void run() { recorded_->launch(), device_->wait(); }

 private:
  std::shared_ptr<Device> device_;
  KernelCall call_;
  std::unique_ptr<PreparedKernel> prepared_;
  std::unique_ptr<tenon::Recorded> recorded_;
};

void measure_layers(bench::Report& report, const Cuda& cuda, const Library& library) {
  struct Weights {
    Index inner, columns;
  };
  for (const auto& [inner, columns] : {Weights{784, 512}, {512, 512}, {512, 10}, {768, 3072},
                                       {4096, 4096}, {8192, 8192}})
    for (const Index rows : {Index(1), Index(2), Index(4), Index(8), Index(32), Index(128),
                             Index(512), inner}) {
      if (rows == inner && inner < 4096) continue;
      if (rows < inner && inner == 8192) continue;
      const bench::Case what{
          .name = sentence(rows, "x", inner, "x", columns),
          .flops = 2.0 * double(rows) * double(inner) * double(columns),
          .bar = rows <= 8 ? 1.0 : 0.97};
      if (!report.wants(what)) continue;
      const bench::Numbers x(rows * inner, 1), w(inner * columns, 2), b(columns, 3);
      const bench::CudaBuffer dx(x.data(), rows * inner), dw(w.data(), inner * columns),
          db(b.data(), columns), ours(rows * columns), theirs(rows * columns);
      Recorded layer(cuda, rows, inner, columns, dx.data, dw.data, db.data, ours.data);
      bench::ByHandLayer by_hand(library.handle, library.stream, rows, inner, columns, dw.data,
                                 db.data, true);
      const auto check = [&] {  // against each other: their own answers are tested elsewhere
        std::vector<float> a(std::size_t(rows * columns)), c(a.size());
        must(cudaMemcpy(a.data(), ours.data, a.size() * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
        must(cudaMemcpy(c.data(), theirs.data, a.size() * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
        for (std::size_t i = 0; i < a.size(); ++i)
          if (std::abs(a[i] - c[i]) > 1e-3f * (1 + std::abs(c[i])))
            throw std::runtime_error("the two differ");
      };
      report.measure(what, {{"cublasLt by hand",
                             [&] { by_hand.run(dx.data, theirs.data), library.wait(); }},
                            {"tenon", [&] { layer.run(); }, nullptr, check}});
    }
}

/// Copies in and out, and three products.
void measure_network(bench::Report& report, const Cuda& cuda, const Library& library) {
  constexpr long sizes[] = {784, 512, 512, 10};
  Model<Network, Input<32, 28, 28>, AnyOf<1>> model(cuda);
  std::vector<std::unique_ptr<bench::CudaBuffer>> weights, biases;
  for (unsigned i = 0; i < 3; ++i) {
    const bench::Numbers w(sizes[i] * sizes[i + 1], i), b(sizes[i + 1], 7 + i);
    const std::string name = sentence("layer", i + 1);
    model.set_parameter<float>(name + ".weight", w.all());
    model.set_parameter<float>(name + ".bias", b.all());
    weights.push_back(std::make_unique<bench::CudaBuffer>(w.data(), sizes[i] * sizes[i + 1]));
    biases.push_back(std::make_unique<bench::CudaBuffer>(b.data(), sizes[i + 1]));
  }
  for (const long rows : {1, 2, 4, 8, 32, 128, 512}) {
    const bench::Case what{.name = sentence("network ", rows, "x784"),
                           .bar = rows <= 8 ? 1.0 : 0.97};
    if (!report.wants(what)) continue;
    const bench::Numbers x(rows * 784, 1);
    const auto at = [&](int i) { return rows * sizes[i]; };
    const bench::CudaBuffer x0(at(0)), x1(at(1)), x2(at(2)), x3(at(3));
    const bench::CudaBuffer* all[] = {&x0, &x1, &x2, &x3};
    float *in = nullptr, *out = nullptr;
    must(cudaMallocHost(reinterpret_cast<void**>(&in), std::size_t(at(0)) * 4), "cudaMallocHost");
    must(cudaMallocHost(reinterpret_cast<void**>(&out), std::size_t(at(3)) * 4), "cudaMallocHost");
    std::vector<std::unique_ptr<bench::ByHandLayer>> layers;
    for (unsigned i = 0; i < 3; ++i)
      layers.push_back(std::make_unique<bench::ByHandLayer>(
          library.handle, library.stream, rows, sizes[i], sizes[i + 1], weights[i]->data,
          biases[i]->data, i < 2));
    const auto ask = [&] {
      must(cudaMemcpyAsync(x0.data, in, std::size_t(at(0)) * 4, cudaMemcpyHostToDevice,
                           library.stream), "cudaMemcpyAsync");
      for (unsigned i = 0; i < 3; ++i) layers[i]->run(all[i]->data, all[i + 1]->data);
      must(cudaMemcpyAsync(out, x3.data, std::size_t(at(3)) * 4, cudaMemcpyDeviceToHost,
                           library.stream), "cudaMemcpyAsync");
    };
    const auto by_hand = [&] { std::copy_n(x.data(), at(0), in), ask(), library.wait(); };
    by_hand();
    const bench::ByHandGraph graph(library.stream, ask);
    const auto by_graph = [&] { std::copy_n(x.data(), at(0), in), graph.launch(), library.wait(); };
    const auto check = [&] {  // against each other: their own answers are tested elsewhere
      by_hand();
      const auto y = model.predict(x.all());
      for (std::size_t i = 0; i < std::size_t(at(3)); ++i)
        if (std::abs(y[i] - out[i]) > 1e-3f * (1 + std::abs(out[i])))
          throw std::runtime_error("the two differ");
    };
    report.measure(what, {{"cublasLt by hand", by_hand},
                          {"cublasLt by hand, one graph", by_graph},
                          {"tenon", [&] { model.predict(x.all()); }, nullptr, check}});
    cudaFreeHost(in), cudaFreeHost(out);
  }
}

void measure_upload(bench::Report& report, const Cuda& cuda, const Library& library) {
  const Index bytes = Index(1) << 30;
  const bench::Case what{.name = "parameters to the device", .bytes = double(bytes)};
  if (!report.wants(what)) return;
  const auto device = cuda.device(0);
  const auto there = device->allocate(bytes), pinned = device->allocate_staging(bytes);
  const std::vector<float> here(std::size_t(bytes / 4), 1);
  report.measure(what, {{"tenon",
                         [&] {
                           device->fill(there.get(), Element::float32, here.data(),
                                        Element::float32, bytes / 4);
                           device->wait();
                         }},
                        {"limit: a copy of pinned memory", [&] {
                           must(cudaMemcpyAsync(there.get(), pinned.get(), std::size_t(bytes),
                                                cudaMemcpyHostToDevice, library.stream),
                                "cudaMemcpyAsync");
                           library.wait();
                         }}});
}

}  // namespace

int main(int argc, char** argv) try {
  bench::Together alone;
  bench::Report report("cuda", bench::options_of(argc, argv), alone);
  const Cuda cuda;
  cuda.device(0)->enter();
  const Library library;
  measure_layers(report, cuda, library);
  measure_network(report, cuda, library);
  measure_upload(report, cuda, library);
  return report.finish();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
