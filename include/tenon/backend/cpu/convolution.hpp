// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Conv2D of a plan's step, made ready: the weights are packed once where they are a parameter,
/// before each run where they are not; each image is copied with its border, and multiplied there.
#include <memory>

#include <tenon/backend/backend.hpp>
#include <tenon/backend/cpu/convolution_tiles.hpp>
#include <tenon/backend/cpu/packed_matrix.hpp>

namespace tenon::detail {

template <class T>
class PreparedConvolution : public PreparedKernel {
 public:
  PreparedConvolution(const KernelCall& call, PackedForms* forms, InstructionSet set,
                      std::shared_ptr<Workers> workers)
      : tiles_(call, set),
        loops_(picture_loops<T>(set)),
        forms_(forms),
        packed_(forms ? 0 : tiles_.weights() * Index(sizeof(T))),
        workers_(std::move(workers)) {
    for (int i = 0; i < workers_->count(); ++i)
      pictures_.emplace_back(tiles_.picture().elements() * Index(sizeof(T)));
  }

  void take_parameters(const KernelCall& call) override {
    if (!forms_) return;
    weights_ = forms_->form(tiles_.form(), tiles_.weights() * Index(sizeof(T)),
                            [&](std::byte* to) { pack(call, to); });
  }

  void run(const KernelCall& call) override {
    if (!forms_) {
      pack(call, packed_.data());
      weights_ = packed_.data();
    }
    const Index images = call.output.size(0), parts = tiles_.parts();
    const Index total = volume(call.output.box) * tiles_.depth();
    const Index count = total < alone_below ? 1 : workers_->count();
    if (count == 1) work(call, {0, images * parts}, 0);
    else workers_->run([&](int i) { work(call, balanced_block(images * parts, count, i), i); });
  }

 private:
  void pack(const KernelCall& call, std::byte* to) const {
    tiles_.pack(call.inputs[1].as<const T>(), reinterpret_cast<T*>(to));
  }

  /// Some parts of the images' places, those of the first image first.
  void work(const KernelCall& call, Interval mine, int worker) const {
    const Picture& p = tiles_.picture();
    const Index pixels = p.channels * p.height * p.width, parts = tiles_.parts();
    T* picture = reinterpret_cast<T*>(pictures_[std::size_t(worker)].data());
    for (Index at = mine.first; at < mine.last;) {
      const Index image = at / parts, last = std::min(mine.last, (image + 1) * parts);
      p.copy(loops_, call.inputs[0].as<const T>() + image * pixels, picture);
      tiles_.multiply(call, reinterpret_cast<const T*>(weights_), picture, image,
                      {at - image * parts, last - image * parts});
      at = last;
    }
  }

  ConvolutionTiles<T> tiles_;
  const PictureLoops<T>& loops_;
  PackedForms* forms_;  // of the weights; null where they are no parameter
  Memory packed_;       // then
  const std::byte* weights_ = nullptr;
  std::vector<Memory> pictures_;  // of each worker; the borders stay zero
  std::shared_ptr<Workers> workers_;
};

}  // namespace tenon::detail
