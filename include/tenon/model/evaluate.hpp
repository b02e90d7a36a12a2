// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model's answers over a whole dataset, measured:
///   auto [right, loss] = model.eval(dataset, Accuracy{}, Loss{});   right.value() == 0.9852
/// A dataset is anything with size(), and take(first, rows, x, labels), which writes so many rows
/// of inputs one behind the other and appends as many labels: model/image_dataset.hpp is one.
#include <functional>
#include <tuple>
#include <vector>

#include <tenon/model/file_model.hpp>
#include <tenon/model/metrics.hpp>

namespace tenon {

struct EvaluationOptions {
  Index batch = 32;                       // rows at once; the last ones are filled up with zeros
  std::function<void(Index)> progress{};  // told how many rows are done; none
};

namespace detail {

/// The rows' answers, whole: [rows, classes].
template <class Held>
std::span<const float> answers(NetworkModel<Held>& model, std::span<const float> x, Index) {
  return model.predict(x);
}
inline std::span<const float> answers(FileModel& model, std::span<const float> x, Index rows) {
  std::vector<ModelTensor> inputs = model.get_inputs();
  Dims shape = inputs.size() == 1 ? inputs[0].shape() : Dims{};
  if (shape.empty())
    throw Error(sentence("a model of ", inputs.size(), " inputs cannot be evaluated; legal: one, ",
                         "of rows"));
  shape[0] = rows;
  if (product(shape) != Index(x.size()))
    throw Error(sentence("the dataset has rows of ", Index(x.size()) / rows,
                         " elements, the model takes ", text(inputs[0].shape()), ", of ",
                         product(shape) / rows, " a row"));
  inputs[0].set_shape(shape);
  inputs[0].set_data(x);
  return model.predict(inputs)[0].data<float>();
}

}  // namespace detail

/// Collective: every rank has the whole dataset, and the same metrics in the end.
/// @throws Error when rows and model do not fit, or a metric refuses a label.
template <class Dataset, class... Metrics>
std::tuple<Metrics...> evaluate(auto& model, const Dataset& dataset,
                                const EvaluationOptions& options, Metrics... metrics) {
  if (options.batch < 1)
    throw Error(sentence("a batch of ", options.batch, " rows; legal: 1 or more"));
  std::tuple<Metrics...> all(std::move(metrics)...);
  std::vector<float> x;
  std::vector<Index> labels;
  for (Index at = 0; at < dataset.size(); at += options.batch) {
    const Index rows = std::min(options.batch, dataset.size() - at);
    x.clear();
    labels.clear();
    dataset.take(at, rows, x, labels);
    x.resize(x.size() / std::size_t(rows) * std::size_t(options.batch));
    const std::span<const float> y = detail::answers(model, x, options.batch);
    const Index classes = Index(y.size()) / options.batch;
    if (classes < 1 || Index(y.size()) % options.batch)
      throw Error(sentence("the model answers ", y.size(), " values to ", options.batch,
                           " rows; legal: one or more for each"));
    const auto own = y.first(std::size_t(rows * classes));
    std::apply([&](auto&... metric) { (metric.add(own, labels, classes), ...); }, all);
    if (options.progress) options.progress(at + rows);
  }
  return all;
}

}  // namespace tenon
