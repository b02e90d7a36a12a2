// SPDX-License-Identifier: Apache-2.0
// How fast the CUDA backend is beside the same calls written by hand, as one table:
//   build/bench/bench/cuda [--seconds 0.5] [--only 32x784x512]      or test/cuda.sh --bench
// Layers y = relu(x w + b), by the device's own clock; the tutorial's network with its copies in
// and out, launched and waited for, by the host's; and how fast parameters go up. Both sides search
// among as many algorithms in the same way, and run in turns (support/interleave.hpp).
#include <cmath>
#include <cstdio>
#include <memory>

#include <tenon/backend/cuda/cuda.hpp>
#include <tenon/backend/cuda/fastest.hpp>
#include <tenon/backend/cuda/machine.hpp>
#include <tenon/core/half.hpp>
#include <tenon/model/model.hpp>
#include <tenon/network/operators/matmul.hpp>
#include <tenon/network/operators/relu.hpp>

#include "../examples/network.hpp"
#include "support/by_hand_cuda.hpp"
#include "support/cuda_table.hpp"
#include "support/problem_data.hpp"

using namespace tenon;
using bench::must;

namespace {

constexpr const char* how =
    "Microseconds of a run, the least (the median); x: the better one by hand / tenon, likewise. "
    "Layers: time on the device of a graph of many, whose weights are copies in turn, as many as "
    "twice the L2 holds, 256 at most. Network: copies in and out, launch and wait";

struct Library {
  cublasLtHandle_t handle = nullptr;
  cudaStream_t stream = nullptr;
  Library() {
    must(cublasLtCreate(&handle), "cublasLtCreate");
    must(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  }
  void wait() const { must(cudaStreamSynchronize(stream), "cudaStreamSynchronize"); }
  /// As the backend's own: as many rounds, as long, and the first one unless another is faster.
  bench::ByHandLayer::Search search() const {
    return [this](std::size_t ways, const std::function<void(std::size_t)>& run) {
      return detail::fastest(stream, ways, [&](std::size_t way) {
        try {
          run(way);
        } catch (const std::exception& error) {
          throw Error(error.what());
        }
      });
    };
  }
};

/// Runs by the device's clock: what `ask` asks of the stream, so many times in one graph.
class OnDevicesClock {
 public:
  OnDevicesClock(cudaStream_t stream, long times, auto&& ask) : times_(times), watch_(stream) {
    ask(0);
    must(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    graph_ = std::make_unique<bench::ByHandGraph>(stream, [&] {
      for (long i = 0; i < times; ++i) ask(i);
    });
  }
  /// Seconds of so many runs, as many graphs as hold them.
  double seconds(long runs) {
    const long launches = (runs + times_ - 1) / times_;
    const float milliseconds = watch_.of([&] {
      for (long i = 0; i < launches; ++i) graph_->launch();
    });
    return double(milliseconds) * 1e-3 * double(runs) / double(launches * times_);
  }

 private:
  long times_;
  detail::Stopwatch watch_;
  std::unique_ptr<bench::ByHandGraph> graph_;
};

/// In what a layer multiplies, and how far the two sides may be apart.
struct Kind {
  const char* name;
  CudaOptions options;
  cudaDataType_t operands;
  cublasComputeType_t compute;
  double allowed;
};
const Kind kinds[] = {
    {"float32", {}, CUDA_R_32F, CUBLAS_COMPUTE_32F, 1e-3},
    {"TF32", {.tensor_float32 = true}, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, 3e-2},
    {"bfloat16 (tenon rounds x)",
     {.weights = Element::bfloat16},
     CUDA_R_16BF,
     CUBLAS_COMPUTE_32F,
     3e-2}};

/// The same numbers in bfloat16, two in each float's place.
bench::CudaBuffer in_bfloat16(std::span<const float> x) {
  std::vector<float> both((x.size() + 1) / 2);
  auto* bits = reinterpret_cast<std::uint16_t*>(both.data());
  for (std::size_t i = 0; i < x.size(); ++i) bits[i] = to_bfloat16(x[i]);
  return {both.data(), long(both.size())};
}

void measure_layer(bench::CudaTable& table, const Kind& kind, const Library& library, Index rows,
                   Index inner, Index columns) {
  const bench::CudaCase what{.name = sentence(rows, "x", inner, "x", columns, " ", kind.name),
                             .flops = 2.0 * double(rows) * double(inner) * double(columns)};
  if (!table.wants(what)) return;
  bench::Numbers x(rows * inner, 1), w(inner * columns, 2), b(columns, 3);
  for (float& value : w.all()) value /= std::sqrt(float(inner));
  const bool whole = kind.operands == CUDA_R_32F;
  int cache = 0;
  must(cudaDeviceGetAttribute(&cache, cudaDevAttrL2CacheSize, 0), "cudaDeviceGetAttribute");
  const Index of_weights = inner * columns * (whole ? 4 : 2);
  const long copies = long(std::clamp<Index>(2 * cache / of_weights + 1, 1, 256));
  std::vector<std::unique_ptr<bench::CudaBuffer>> weights;
  for (long i = 0; i < copies; ++i)
    weights.emplace_back(whole ? new bench::CudaBuffer(w.data(), inner * columns)
                               : new bench::CudaBuffer(in_bfloat16(w.all())));
  const bench::CudaBuffer dx(x.data(), rows * inner), rounded = in_bfloat16(x.all()),
                                                      db(b.data(), columns), ours(rows * columns),
                                                      theirs(rows * columns);
  const float* given = whole ? dx.data : rounded.data;
  bench::ByHandLayer by_hand(library.handle, library.stream,
                             {rows, inner, columns, true, kind.operands, kind.compute}, db.data,
                             given, weights[0]->data, theirs.data, library.search());

  const Cuda cuda(kind.options);
  const auto device = std::dynamic_pointer_cast<detail::CudaMachine>(cuda.device(0));
  const auto block = [](const float* data, const Dims& shape, Element element) {
    return Block{const_cast<float*>(data), whole_box(shape), element};
  };
  KernelCall call;
  call.inputs = {block(dx.data, {rows, inner}, Element::float32),
                 block(weights[0]->data, {inner, columns}, kind.options.weights),
                 block(db.data, {columns}, Element::float32)};
  call.output = block(ours.data, {rows, columns}, Element::float32);
  call.attributes = MatMul().attributes();
  call.bias = true;
  call.activation = &ReLU::info.scalar;
  call.activation_name = ReLU::info.name;
  const auto prepared = cuda.prepare("MatMul", call, {});

  const double about = 1e-6 + what.flops / 3e13 + double(of_weights) / 3e12;  // seconds
  const long times = std::max(copies, std::clamp(long(1e-3 / about), 1l, 200l));
  OnDevicesClock their_clock(library.stream, times, [&](long i) {
    by_hand.run(given, weights[std::size_t(i % copies)]->data, theirs.data);
  });
  OnDevicesClock our_clock(device->stream, times, [&](long i) {
    call.inputs[1].data = weights[std::size_t(i % copies)]->data;
    prepared->run(call);
  });
  const auto check = [&] {  // against each other: their own answers are tested elsewhere
    std::vector<float> a(std::size_t(rows * columns)), c(a.size());
    must(cudaMemcpy(a.data(), ours.data, a.size() * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
    must(cudaMemcpy(c.data(), theirs.data, a.size() * 4, cudaMemcpyDeviceToHost), "cudaMemcpy");
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!(std::abs(a[i] - c[i]) <= kind.allowed * (1 + std::abs(double(c[i])))))
        throw std::runtime_error("the two differ");
  };
  table.measure(what,
                {{"by hand, one graph", nullptr, [&](long n) { return their_clock.seconds(n); }},
                 {"tenon", nullptr, [&](long n) { return our_clock.seconds(n); }, check}});
}

void measure_layers(bench::CudaTable& table, const Library& library) {
  struct Weights {
    Index inner, columns;
  };
  for (const auto& [inner, columns] :
       {Weights{784, 512}, {512, 512}, {512, 10}, {768, 3072}, {4096, 4096}})
    for (const Index rows : {1, 8, 32, 128, 512})
      measure_layer(table, kinds[0], library, rows, inner, columns);
  for (const Kind& kind : kinds) {
    if (&kind != &kinds[0])
      for (const Index rows : {1, 32, 512}) measure_layer(table, kind, library, rows, 4096, 4096);
    for (const Index size : {4096, 8192}) measure_layer(table, kind, library, size, size, size);
  }
}

/// Copies in and out, and three products.
void measure_network(bench::CudaTable& table, const Cuda& cuda, const Library& library) {
  constexpr long sizes[] = {784, 512, 512, 10};
  Model<Network, Input<32, 28, 28>, AnyOf<1>> model(cuda);
  std::vector<std::unique_ptr<bench::CudaBuffer>> weights, biases;
  for (unsigned i = 0; i < 3; ++i) {
    const bench::Numbers w(sizes[i] * sizes[i + 1], i + 1), b(sizes[i + 1], 7 + i);
    const std::string name = sentence("layer", i + 1);
    model.set_parameter<float>(name + ".weight", w.all());
    model.set_parameter<float>(name + ".bias", b.all());
    weights.push_back(std::make_unique<bench::CudaBuffer>(w.data(), sizes[i] * sizes[i + 1]));
    biases.push_back(std::make_unique<bench::CudaBuffer>(b.data(), sizes[i + 1]));
  }
  for (const long rows : {1, 2, 4, 8, 32, 128, 512}) {
    const bench::CudaCase what{.name = sentence("the tutorial's network, ", rows, " images")};
    if (!table.wants(what)) continue;
    const bench::Numbers x(rows * 784, 1);
    const auto at = [&](int i) { return rows * sizes[i]; };
    const bench::CudaBuffer x0(at(0)), x1(at(1)), x2(at(2)), x3(at(3));
    const bench::CudaBuffer* all[] = {&x0, &x1, &x2, &x3};
    const auto in_memory = detail::pinned_memory(at(0) * 4),
               out_memory = detail::pinned_memory(at(3) * 4);
    auto *in = reinterpret_cast<float*>(in_memory.get()),
         *out = reinterpret_cast<float*>(out_memory.get());
    std::vector<std::unique_ptr<bench::ByHandLayer>> layers;
    for (unsigned i = 0; i < 3; ++i)
      layers.push_back(std::make_unique<bench::ByHandLayer>(
          library.handle, library.stream,
          bench::ByHandLayer::Shape{rows, sizes[i], sizes[i + 1], i < 2}, biases[i]->data,
          all[i]->data, weights[i]->data, all[i + 1]->data, library.search()));
    const auto ask = [&] {
      must(cudaMemcpyAsync(x0.data, in, std::size_t(at(0)) * 4, cudaMemcpyHostToDevice,
                           library.stream),
           "cudaMemcpyAsync");
      for (unsigned i = 0; i < 3; ++i)
        layers[i]->run(all[i]->data, weights[i]->data, all[i + 1]->data);
      must(cudaMemcpyAsync(out, x3.data, std::size_t(at(3)) * 4, cudaMemcpyDeviceToHost,
                           library.stream),
           "cudaMemcpyAsync");
    };
    const auto by_hand = [&] { std::copy_n(x.data(), at(0), in), ask(), library.wait(); };
    by_hand();
    const bench::ByHandGraph graph(library.stream, ask);
    const auto by_graph = [&] { std::copy_n(x.data(), at(0), in), graph.launch(), library.wait(); };
    const auto check = [&] {  // against each other: their own answers are tested elsewhere
      by_hand();
      const auto y = model.predict(x.all());
      for (std::size_t i = 0; i < std::size_t(at(3)); ++i)
        if (!(std::abs(y[i] - out[i]) <= 1e-3f * (1 + std::abs(out[i]))))
          throw std::runtime_error("the two differ");
    };
    table.measure(what, {{"by hand", by_hand},
                         {"by hand, one graph", by_graph},
                         {"tenon", [&] { model.predict(x.all()); }, nullptr, check}});
  }
}

void measure_upload(bench::CudaTable& table, const Cuda& cuda, const Library& library) {
  const Index bytes = Index(1) << 30;
  const bench::CudaCase what{.name = "1 GiB of parameters up; by hand from pinned memory",
                             .bytes = double(bytes)};
  if (!table.wants(what)) return;
  const auto device = cuda.device(0);
  const auto there = device->allocate(bytes), pinned = device->allocate_staging(bytes);
  const std::vector<float> here(std::size_t(bytes / 4), 1);
  std::memset(pinned.get(), 1, std::size_t(bytes));
  const auto by_hand = [&] {
    must(cudaMemcpyAsync(there.get(), pinned.get(), std::size_t(bytes), cudaMemcpyHostToDevice,
                         library.stream),
         "cudaMemcpyAsync");
    library.wait();
  };
  const auto ours = [&] {
    device->fill(there.get(), Element::float32, here.data(), Element::float32, bytes / 4);
    device->wait();
  };
  table.measure(what, {{"by hand", by_hand}, {"tenon", ours}});
}

/// Until its clocks are up.
void warm_up(const Library& library) {
  const Index size = 4096;
  const bench::Numbers x(size * size, 1), b(size, 2);
  const bench::CudaBuffer dx(x.data(), size * size), db(b.data(), size), y(size * size);
  bench::ByHandLayer layer(library.handle, library.stream, {size, size, size}, db.data, dx.data,
                           dx.data, y.data, [](std::size_t, auto&&) { return 0; });
  for (const double start = bench::now(); bench::now() - start < 2; library.wait())
    for (int i = 0; i < 10; ++i) layer.run(dx.data, dx.data, y.data);
}

}  // namespace

int main(int argc, char** argv) try {
  const bench::Options options =
      bench::options_of(argc, argv, {.seconds = .5, .batch_seconds = 2e-3});
  if (!options.json.empty()) throw std::runtime_error("--json: what is measured is one table");
  const Cuda cuda;
  cuda.device(0)->enter();
  const Library library;
  warm_up(library);
  bench::CudaTable table(options, how);
  measure_layers(table, library);
  measure_network(table, cuda, library);
  measure_upload(table, cuda, library);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
