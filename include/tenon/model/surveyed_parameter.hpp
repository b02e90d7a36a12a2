// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What files have of one parameter of a network: which of them have their slice, stage by stage.
#include <tenon/model/checkpoint_files.hpp>

namespace tenon {

/// A parameter on the files of one stage.
struct SurveyedPlace {
  Distribution from;       // over the files of the stage
  Index first_file = 0;    // of the stage
  std::vector<bool> held;  // which of the stage's files have their slice of it
  bool complete = false;   // each block is in some file

  /// The file, of the checkpoint, to take a piece of this rank's block from: its own, or that of a
  /// replica.  @pre complete
  Index holder(Index rank) const {
    if (held[std::size_t(rank)]) return first_file + rank;
    const Index wanted = block_number(from, rank);
    Index other = 0;
    while (!held[std::size_t(other)] || block_number(from, other) != wanted) ++other;
    return first_file + other;
  }
};

struct SurveyedParameter {
  std::string name;
  Element element;
  std::vector<SurveyedPlace> places;  // of the stages that have it
  bool named = true;                  // by the strategy; else it should be whole in every file
  bool fits = true;                   // some place is complete, and none has a wrong slice
  std::size_t taken = 0;              // the place that it is taken from

  const SurveyedPlace& place() const { return places[taken]; }
};

/// What a file has of a parameter.
enum class Held : std::uint8_t { nothing, its_slice, another_shape, other_elements };

/// @param rank of the file in its stage.
inline Held held_slice(const TensorFile& file, const SurveyedParameter& parameter,
                       const SurveyedPlace& place, Index rank) {
  const StoredTensor* tensor = file.find(parameter.name);
  if (!tensor) return Held::nothing;
  if (!is_slice_of(tensor->shape, sizes(place.from.box(rank)))) return Held::another_shape;
  return tensor->element == parameter.element && !tensor->is_string ? Held::its_slice
                                                                    : Held::other_elements;
}

/// What is wrong with the slice that the file has.
inline std::string wrong_slice(const TensorFile& file, const SurveyedParameter& parameter,
                               const SurveyedPlace& place, Index rank) {
  const std::string where = std::string(file.path()).append(": ").append(parameter.name);
  const StoredTensor* tensor = file.find(parameter.name);
  if (!tensor) return std::string(where).append(" is not there");
  const std::string mistake = slice_mistake(place.from, rank, tensor->shape);
  if (!mistake.empty()) return std::string(where).append(" ").append(mistake);
  return std::string(where)
      .append(" is of ")
      .append(tensor->is_string ? "text" : text(tensor->element))
      .append(", the network's is of ")
      .append(text(parameter.element));
}

/// A tensor that is no weight of the network by its nature: see LoadReport::passed_over. The
/// optimizer's state has the name of a parameter of the same file behind "moments." or the like,
/// and its shape.
inline bool is_no_weight(const StoredTensor& tensor, const TensorFile& file) {
  if (tensor.is_string || product(tensor.shape) == 1) return true;
  const std::size_t dot = tensor.name.find('.');
  if (dot == tensor.name.npos) return false;
  const StoredTensor* parameter = file.find(std::string_view(tensor.name).substr(dot + 1));
  return parameter && parameter->shape == tensor.shape;
}

}  // namespace tenon
