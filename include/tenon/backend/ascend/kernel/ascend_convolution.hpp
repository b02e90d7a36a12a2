// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Conv2D of a plan's step on a simulated Ascend: each image's windows are the rows of A, the
/// filters in FRACTAL_Z are B, so that k runs over [C1, H, W, C0] as LoadData3D has it.
///   y[p q, o] = A[p q, c1 k l c0] B[c1 k l c0, o], + bias[o], then the activation
#include <tenon/backend/ascend/format/picture_formats.hpp>
#include <tenon/backend/ascend/kernel/ascend_product.hpp>
#include <tenon/backend/ascend/kernel/ascend_vector_run.hpp>
#include <tenon/backend/backend.hpp>
#include <tenon/core/window.hpp>

namespace tenon::detail {

class AscendConvolutionKernel : public PreparedKernel {
 public:
  /// Of nothing, and with filters for a part of the channels, it is left to the law.
  static bool takes(const KernelCall& call) {
    return volume(call.output.box) > 0 && volume(call.inputs[1].box) > 0 &&
           groups_of(call.attributes) == 1;
  }

  AscendConvolutionKernel(const KernelCall& call, PackedForms* forms, const Precision& precision,
                          std::shared_ptr<AscendMachine> machine)
      : x_(sizes(call.inputs[0].box)),
        y_(sizes(call.output.box)),
        filters_{filters(call, precision)},
        down_(convolution_window(call.attributes, 0, call.inputs[1].size(2))),
        across_(convolution_window(call.attributes, 1, call.inputs[1].size(3))),
        forms_(forms),
        machine_(std::move(machine)),
        product_(task(call, filters_), precision, machine_),
        windows_(product_.task().m * product_.task().k * Index(sizeof(float))),
        places_(y_[1] * y_[2] * y_[3] * Index(sizeof(float))),
        rows_(volume(call.inputs[1].box) * Index(sizeof(float))),
        packed_(forms ? 0 : product_.task().b_bytes()) {
    if (call.activation && !product_.task().relu) activation_.emplace(call, machine_);
    counts_ = &machine_->counts.emplace_back(AscendCounts{"Conv2D", {}, {}, {}});
  }

  void take_parameters(const KernelCall& call) override {
    if (!forms_) return;
    const AscendMatMul& t = product_.task();
    const std::string name = sentence("FRACTAL_Z of filters of ", text(t.element), ", ",
                                      text(machine_->overflow()), " overflow");
    weights_ = forms_->form(name, t.b_bytes(), [&](std::byte* to) { pack_filters(call, to); });
  }

  void run(const KernelCall& call) override {
    if (!forms_) {
      pack_filters(call, packed_.data());
      weights_ = packed_.data();
    }
    if (call.bias) counts_->inputs += product_.take_bias(call.inputs.back().as<const float>());
    for (Index n = 0; n < y_[0]; ++n) {
      unroll(call.inputs[0].as<const float>() + n * x_[1] * x_[2] * x_[3]);
      counts_->inputs += product_.take_a(windows());
      product_.run(weights_, *counts_);
      float* places = reinterpret_cast<float*>(places_.data());
      product_.take_result(places);
      const Index all = y_[2] * y_[3];
      float* y = call.output.as<float>() + n * y_[1] * all;
      for (Index o = 0; o < y_[1]; ++o)
        for (Index place = 0; place < all; ++place) y[o * all + place] = places[place * y_[1] + o];
    }
    if (activation_) counts_->results += activation_->run(call);
  }

 private:
  static FractalZ filters(const KernelCall& call, const Precision& precision) {
    const Block& w = call.inputs[1];
    return {{w.size(0), w.size(1), w.size(2), w.size(3)}, fractal_width(bytes(precision.inputs))};
  }
  static AscendMatMul task(const KernelCall& call, const FractalZ& filters) {
    return {.m = call.output.size(2) * call.output.size(3),
            .n = call.output.size(1),
            .k = filters.blocks() * filters.sizes[2] * filters.sizes[3] * filters.width,
            .has_bias = call.bias,
            .relu = call.activation_name == "ReLU"};
  }
  float* windows() const { return reinterpret_cast<float*>(windows_.data()); }

  void pack_filters(const KernelCall& call, std::byte* to) {
    const Index n = volume(call.inputs[1].box);
    counts_->inputs += product_.convert(call.inputs[1].as<const float>(), n, rows_.data());
    if (product_.task().element == Element::float16)
      pack_pictures(filters_, reinterpret_cast<const std::uint16_t*>(rows_.data()),
                    reinterpret_cast<std::uint16_t*>(to));
    else
      pack_pictures(filters_, reinterpret_cast<const float*>(rows_.data()),
                    reinterpret_cast<float*>(to));
  }

  /// An image's windows, one a row; what the border and the padding of channels have stays zero.
  void unroll(const float* image) {
    const Index width = filters_.width, k = product_.task().k;
    for (Index p = 0; p < y_[2]; ++p)
      for (Index q = 0; q < y_[3]; ++q) {
        const Interval rows = down_.inside(p, x_[2]), columns = across_.inside(q, x_[3]);
        float* window = windows() + (p * y_[3] + q) * k;
        for (Index c = 0; c < x_[1]; ++c)
          for (Index i = rows.first; i < rows.last; ++i) {
            const Index place = (c / width * down_.kernel + i) * across_.kernel;
            const float* from = image + (c * x_[2] + down_.first(p) + i * down_.dilation) * x_[3] +
                                across_.first(q);
            for (Index j = columns.first; j < columns.last; ++j)
              window[(place + j) * width + c % width] = from[j * across_.dilation];
          }
      }
  }

  Dims x_, y_;
  FractalZ filters_;
  Window down_, across_;
  PackedForms* forms_;  // of the filters; null where they are no parameter
  std::shared_ptr<AscendMachine> machine_;
  AscendProduct product_;
  Memory windows_, places_, rows_, packed_;
  const std::byte* weights_ = nullptr;
  std::optional<AscendActivation> activation_;
  AscendCounts* counts_;
};

}  // namespace tenon::detail
