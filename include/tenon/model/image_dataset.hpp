// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Images and labels in IDX files, plain or gzip, as rows of pixel / 255 in a frame of zeros:
///   ImageDataset mnist("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 2);  // 32 x 32
#include <tenon/core/sentence.hpp>
#include <tenon/io/idx.hpp>

namespace tenon {

class ImageDataset {
 public:
  /// @param pad rows and columns of zeros on each side.
  /// @throws Error as read_idx_images; also when images and labels are not as many, or none.
  ImageDataset(const std::string& images, const std::string& labels, Index pad = 0)
      : images_(read_idx_images(images)), labels_(read_idx_labels(labels)), pad_(pad) {
    if (images_.count == 0 || Index(labels_.size()) != images_.count)
      throw Error(sentence(images, " has ", images_.count, " images, ", labels, " has ",
                           labels_.size(), " labels"));
    if (pad < 0 || pad > 1 << 16)
      throw Error(sentence("a frame of ", pad, " pixels; legal: 0 to ", 1 << 16));
  }

  Index size() const { return images_.count; }
  Index height() const { return images_.rows + 2 * pad_; }
  Index width() const { return images_.columns + 2 * pad_; }

  void take(Index first, Index rows, std::vector<float>& x, std::vector<Index>& labels) const {
    const std::size_t begin = x.size();
    x.resize(begin + std::size_t(rows * height() * width()));
    for (Index i = 0; i < rows; ++i) {
      const std::span<const unsigned char> image = images_.image(first + i);
      float* to = x.data() + begin + std::size_t((i * height() + pad_) * width() + pad_);
      for (Index h = 0; h < images_.rows; ++h)
        for (Index w = 0; w < images_.columns; ++w)
          to[h * width() + w] = float(image[std::size_t(h * images_.columns + w)]) / 255.f;
      labels.push_back(labels_[std::size_t(first + i)]);
    }
  }

 private:
  IdxImages images_;
  std::vector<unsigned char> labels_;
  Index pad_;
};

}  // namespace tenon
