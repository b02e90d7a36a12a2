// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MatMul of a plan's step, made ready: C = A B, + bias, then the activation. B is packed once
/// where it is a parameter, before each product where it is not.
#include <memory>
#include <span>

#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/packed_matrix.hpp>
#include <tenon/backend/matrix_batch.hpp>

namespace tenon::detail {

template <class T>
class PreparedMatMul : public PreparedKernel {
 public:
  PreparedMatMul(const KernelCall& call, PackedForms* forms, const PackOptions& options,
                 std::shared_ptr<Workers> workers)
      : batch_(call),
        view_(PackedMatrix<T>::layout(batch_.inner, batch_.columns, options)),
        forms_(forms),
        packed_(forms ? 0 : batch_.count_b * view_.bytes()),
        workers_(std::move(workers)) {
    reserve(view_, *workers_);
  }

  void take_parameters(const KernelCall& call) override {
    if (!forms_) return;
    const std::string name = std::string("panels of ")
                                 .append(std::to_string(view_.panels.width()))
                                 .append(batch_.transpose_b ? " rows of " : " columns of ")
                                 .append(std::to_string(view_.tiles->weight))
                                 .append(" bytes by ")
                                 .append(std::to_string(view_.panels.group))
                                 .append(" in blocks of ")
                                 .append(std::to_string(view_.panels.depth));
    view_.data = forms_->form(name, batch_.count_b * view_.bytes(),
                              [&](std::byte* to) { pack_all(call.inputs[1].as<const T>(), to); });
  }

  void run(const KernelCall& call) override {
    if (volume(call.output.box) == 0) return;
    if (!forms_) {
      pack_all(call.inputs[1].as<const T>(), packed_.data());
      view_.data = packed_.data();
    }
    const Block &a = call.inputs[0], &b = call.inputs[1], &c = call.output;
    const Batch& n = batch_;
    for (Index i = 0; i < n.count; ++i) {
      const T* x = a.as<const T>() + Batch::matrix_of(a, c, i) * n.rows * n.inner;
      PackedView<T> w = view_;
      w.data += Batch::matrix_of(b, c, i) * w.bytes();
      multiply<T>({x, n.transpose_a ? 1 : n.inner, n.transpose_a ? n.rows : 1}, n.rows, w,
                  c.as<T>() + i * n.rows * n.columns, n.columns, call.finish(), *workers_,
                  call.sum_blocks, volume(c.box));
    }
  }

 private:
  void pack_all(const T* b, std::byte* to) {
    const Index each = view_.panels.count();
    const auto part = [&](Index i, Index of) {
      const Interval mine = balanced_block(each * batch_.count_b, of, i);
      for (Index at = mine.first; at < mine.last; ++at)
        view_.pack(matrix(b + at / each * batch_.inner * batch_.columns),
                   {at % each, at % each + 1}, to + at / each * view_.bytes());
    };
    workers_->run([&](int i) { part(i, workers_->count()); });
  }
  Strided<T> matrix(const T* b) const {
    if (batch_.transpose_b) return {b, 1, batch_.inner};
    return {b, batch_.columns, 1};
  }

  Batch batch_;
  PackedView<T> view_;
  PackedForms* forms_;  // of B; null where it is no parameter
  Memory packed_;       // then
  std::shared_ptr<Workers> workers_;
};

}  // namespace tenon::detail
