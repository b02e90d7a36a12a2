// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#ifdef TENON_BENCH_ONEDNN
#include <omp.h>

#include <dnnl.hpp>
#include <memory>
#include <unordered_map>

namespace bench {
namespace {

using dnnl::matmul, dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

/// Matrix products with weights in the form that the library likes best, bias and ReLU in the
/// epilogue. With bf16, the input is converted before, and layers hand on bf16.
class Chain {
 public:
  explicit Chain(const Problem& problem) : threads_(problem.threads) {
    omp_set_num_threads(threads_);
    const Type type = problem.dtype == "bf16" ? Type::bf16 : Type::f32;
    memory x = matrix(problem.rows, problem.layers[0].inner, Type::f32, problem.x);
    if (type != Type::f32) x = converted(x, {x.get_desc().dims(), type, Tag::ab});
    for (const Layer& layer : problem.layers) x = add(problem, layer, x, type);
    stream_.wait();
  }
  void run() {
    omp_set_num_threads(threads_);
    for (Step& step : steps_) step.product.execute(stream_, step.arguments);
    stream_.wait();
  }

 private:
  struct Step {
    matmul product;
    std::unordered_map<int, memory> arguments;
  };

  memory matrix(long rows, long columns, Type type, const float* data) const {
    return {{{rows, columns}, type, Tag::ab}, engine_, const_cast<float*>(data)};
  }
  memory converted(memory from, const memory::desc& form) {
    memory to(form, engine_);
    dnnl::reorder(from, to).execute(stream_, from, to);
    return to;
  }

  /// What the layer writes.
  memory add(const Problem& problem, const Layer& layer, const memory& x, Type type) {
    const bool last = &layer == &problem.layers.back();
    memory y = last ? matrix(problem.rows, layer.columns, Type::f32, problem.y)
                    : memory({{problem.rows, layer.columns}, type, Tag::ab}, engine_);
    const memory bias = matrix(1, layer.columns, Type::f32, layer.bias);
    const memory::desc any({layer.inner, layer.columns}, type, Tag::any);
    dnnl::primitive_attr attributes;
    if (layer.relu) {
      dnnl::post_ops after;
      after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
      attributes.set_post_ops(after);
    }
    const matmul::primitive_desc plan({x.get_desc(), any, bias.get_desc(), y.get_desc()},
                                      attributes, engine_);
    const memory weight = converted(matrix(layer.inner, layer.columns, Type::f32, layer.weight),
                                    plan.weights_desc());
    steps_.push_back({matmul(plan),
                      {{DNNL_ARG_SRC, x},
                       {DNNL_ARG_WEIGHTS, weight},
                       {DNNL_ARG_BIAS, bias},
                       {DNNL_ARG_DST, y}}});
    return y;
  }

  int threads_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<Step> steps_;
};

std::function<void()> prepare(const Problem& problem) try {
  const auto chain = std::make_shared<Chain>(problem);
  return [chain] { chain->run(); };
} catch (const dnnl::error&) {  // no bf16 on this processor
  return nullptr;
}

}  // namespace

Peer onednn() { return {"onednn", "", prepare}; }

}  // namespace bench
#else
bench::Peer bench::onednn() { return {"onednn", "libdnnl-dev is not installed", nullptr}; }
#endif
