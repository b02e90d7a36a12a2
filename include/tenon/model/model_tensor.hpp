// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a model is given and gives, in MindSpore Lite's words:
///   ModelTensor x("image", {1, 784}, Element::float32);   x.set_data(pixels);
///   y.name() == "output0"; y.data_size() == 40; y.element_num() == 10; y.data<float>()[3]
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tenon/core/element.hpp>
#include <tenon/core/sentence.hpp>
#include <tenon/io/array.hpp>

namespace tenon {

/// A copy shares the values.
class ModelTensor {
 public:
  ModelTensor() = default;
  /// Values of its own, all zero.
  ModelTensor(std::string name, const Dims& shape, Element element)
      : ModelTensor(std::move(name),
                    Array{element, shape,
                          std::vector<char>(std::size_t(product(shape) * bytes(element)))}) {}
  /// The values of an array, as read_npy gives it. @throws Error when they are not as many as its
  /// shape says.
  ModelTensor(std::string name, Array array)
      : name_(std::move(name)), shape_(array.shape), element_(array.element) {
    if (Index(array.data.size()) != bytes_wanted())
      throw Error(sentence("the tensor ", name_, " is ", text(shape_), " of ", text(element_), ", ",
                           array.data.size(), " bytes were given"));
    auto own = std::make_shared<std::vector<char>>(std::move(array.data));
    data_ = own->data();
    owner_ = std::move(own);
  }
  /// A name for values that lie elsewhere, and stay there while the tensor is used.
  template <class T>
  ModelTensor(std::string name, const Dims& shape, std::span<const T> values)
      : name_(std::move(name)), shape_(shape), element_(element_of<T>) {
    set_data(values);
  }

  ModelTensor(std::string name, const Dims& shape, Element element, const void* values)
      : name_(std::move(name)), shape_(shape), element_(element), data_(values) {}

  const std::string& name() const { return name_; }
  const Dims& shape() const { return shape_; }
  Element element() const { return element_; }
  Index element_num() const { return product(shape_); }
  Index data_size() const { return bytes_wanted(); }  // bytes
  const void* data() const { return data_; }
  /// @throws Error when its elements are of another type, or it has no values.
  template <class T>
  std::span<const T> data() const {
    check(element_of<T>);
    if (!data_ && element_num() > 0) throw Error(sentence("the tensor ", name_, " has no values"));
    return {static_cast<const T*>(data_), std::size_t(element_num())};
  }

  void set_name(std::string name) { name_ = std::move(name); }
  /// Another shape: a batch of other rows. If it has another size, set_data gives the values.
  void set_shape(const Dims& shape) {
    const Index before = bytes_wanted();
    shape_ = shape;
    if (bytes_wanted() == before) return;
    data_ = nullptr;
    owner_.reset();
  }
  /// Values that lie elsewhere, and stay there while the tensor is used; nothing is copied.
  /// @throws Error when they are of another type, or not as many as the shape says.
  template <class T>
  void set_data(std::span<const T> values) {
    check(element_of<T>);
    if (Index(values.size()) != element_num())
      throw Error(sentence("the tensor ", name_, " is ", text(shape_), ", ", values.size(),
                           " values were given"));
    data_ = values.data();
    owner_.reset();
  }
  template <class T>
  void set_data(const std::vector<T>& values) {
    set_data(std::span<const T>(values));
  }

 private:
  Index bytes_wanted() const { return product(shape_) * bytes(element_); }
  void check(Element wanted) const {
    if (wanted == element_) return;
    throw Error(
        sentence("the tensor ", name_, " is of ", text(element_), ", not of ", text(wanted)));
  }

  std::string name_;
  Dims shape_;
  Element element_ = Element::float32;
  const void* data_ = nullptr;
  std::shared_ptr<const void> owner_;  // none: the values are the caller's
};

}  // namespace tenon
