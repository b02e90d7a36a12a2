// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The whole tensors that the files of several ranks hold slices of, proved to be all there:
///   ShardedTensors x(files_of("rank_{}/x{}.ckpt", 8), strategy_places("strategy.ckpt"));
///   x.at("layer1.weight").shape() == Dims{784, 512}
#include <tenon/io/cover.hpp>
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy_places.hpp>

namespace tenon {

/// A tensor over the ranks of one stage.
struct ShardedTensor {
  std::string name;
  Element element = Element::float32;
  bool is_string = false;
  Distribution distribution;                // of the whole shape, over the ranks of the stage
  Index first_rank = 0;                     // of the stage
  std::vector<const StoredTensor*> slices;  // of each rank of the stage; none where it has none

  const Dims& shape() const { return distribution.shape; }
  bool has(Index rank) const { return slices[std::size_t(rank)] != nullptr; }
  /// The slice that a piece of this rank's block is taken from: its own, or a replica where it has
  /// none.  @throws Error when no rank has the block.
  const StoredTensor& holder(Index rank) const {
    if (has(rank)) return *slices[std::size_t(rank)];
    const Box wanted = distribution.box(rank);
    for (Index other = 0; other < Index(slices.size()); ++other)
      if (has(other) && distribution.box(other) == wanted) return *slices[std::size_t(other)];
    prove();
    throw Error(std::string(name).append(": ").append(text(wanted)).append(" is missing"));
  }
  /// @throws Error that names the first block that is missing and the ranks that should have it.
  void prove() const {
    const std::string missing =
        missing_block(distribution, Index(slices.size()), [&](Index rank) { return has(rank); });
    if (!missing.empty()) throw Error(std::string(name).append(": ").append(missing));
  }
};

namespace detail {

/// The whole shape: along each dimension the blocks' sizes, as the slices say, added up; a block
/// that no file has counts like the one before it.
inline Dims whole_shape(const Distribution& cuts, const std::vector<const StoredTensor*>& slices) {
  Dims shape = cuts.shape;
  for (int d = 0; d < shape.size(); ++d) {
    std::vector<Index> sizes(static_cast<std::size_t>(cuts.parts(d)), -1);
    for (std::size_t rank = 0; rank < slices.size(); ++rank) {
      Index& size = sizes[std::size_t(cuts.block(d, Index(rank)))];
      if (slices[rank] && size < 0) size = slices[rank]->shape[d];
    }
    shape[d] = 0;
    for (Index last = cuts.shape[d]; Index size : sizes) shape[d] += last = size < 0 ? last : size;
  }
  return shape;
}

}  // namespace detail

/// What is done about what is not there.
struct ShardedOptions {
  Checksum checksum = Checksum::ignored;
  bool some_files = false;  // files that do not exist are passed over; what is taken must be there
};

class ShardedTensors {
 public:
  /// @param paths in rank order, one for each rank of the places.
  /// @throws Error that names the file, or the parameter and the ranks: a file cannot be read, a
  /// slice has another shape or other elements than the layout says, a block is on no rank.
  ShardedTensors(const std::vector<std::string>& paths, StrategyPlaces places,
                 const ShardedOptions& options = {})
      : paths_(paths), places_(std::move(places)), some_files_(options.some_files) {
    if (Index(paths.size()) != places_.ranks())
      throw Error(std::string(places_.path())
                      .append(" is for ")
                      .append(text(places_.ranks()))
                      .append(" files, one for each rank, ")
                      .append(text(Index(paths.size())))
                      .append(" are given"));
    for (const std::string& path : paths) {
      const bool absent = options.some_files && ::access(path.c_str(), F_OK) != 0;
      files_.push_back(absent ? nullptr
                              : std::make_unique<TensorFile>(open_tensors(path, options.checksum)));
    }
    for (std::size_t rank = 0; rank < files_.size(); ++rank)
      if (files_[rank])
        for (const StoredTensor& tensor : *files_[rank]) gather(tensor, Index(rank));
  }

  /// In the order of the first file that has each.
  const std::vector<ShardedTensor>& tensors() const { return tensors_; }
  /// The tensor, stage by stage; @throws Error where there is none.
  const ShardedTensor& at(std::string_view name) const {
    for (const ShardedTensor& tensor : tensors_)
      if (tensor.name == name) return tensor;
    throw Error(std::string(paths_.front())
                    .append(" and the files of its other ranks have no ")
                    .append("parameter ")
                    .append(name));
  }
  /// What is in the files and not in the strategy, which says nothing about it: epoch_num.
  const std::vector<std::string>& unplaced() const { return unplaced_; }
  const StrategyPlaces& places() const { return places_; }
  const std::vector<std::string>& paths() const { return paths_; }
  std::string path(const ShardedTensor& tensor, Index rank) const {
    return paths_[std::size_t(tensor.first_rank + rank)];
  }

 private:
  /// All slices of a tensor that was not seen yet.
  void gather(const StoredTensor& first, Index rank) {
    if (!seen_.insert(first.name).second) return;
    const std::vector<StoredPlace> places = places_.of(first.name);
    if (places.empty()) unplaced_.push_back(first.name);
    bool here = false;
    for (const StoredPlace& place : places) {
      here =
          here || (rank >= place.first_rank && rank < place.first_rank + places_.ranks_of_stage());
      if (auto tensor = gathered(first, place)) tensors_.push_back(std::move(*tensor));
    }
    if (!places.empty() && !here)
      throw Error(std::string(paths_[std::size_t(rank)])
                      .append(" has ")
                      .append(first.name)
                      .append(", which ")
                      .append(places_.path())
                      .append(" puts on other ranks"));
  }

  std::optional<ShardedTensor> gathered(const StoredTensor& first, const StoredPlace& place) const {
    ShardedTensor tensor{first.name, first.element, first.is_string, {}, place.first_rank, {}};
    const StoredTensor* known = nullptr;
    for (Index rank = 0; rank < places_.ranks_of_stage(); ++rank) {
      const auto& file = files_[std::size_t(place.first_rank + rank)];
      tensor.slices.push_back(file ? file->find(first.name) : nullptr);
      if (!known) known = tensor.slices.back();
    }
    if (!known) return {};  // on another stage alone, or on files that are not there
    for (Index rank = 0; rank < Index(tensor.slices.size()); ++rank)
      check_kind(tensor, *known, rank);
    Distribution cuts =
        place.layout ? cuts_of_slice(*place.layout, known->shape) : whole(known->shape);
    tensor.distribution = cuts;
    tensor.distribution.shape = detail::whole_shape(cuts, tensor.slices);
    for (Index rank = 0; rank < Index(tensor.slices.size()); ++rank) {
      const StoredTensor* slice = tensor.slices[std::size_t(rank)];
      const std::string mistake =
          slice ? slice_mistake(tensor.distribution, rank, slice->shape) : "";
      if (!mistake.empty())
        throw Error(
            path(tensor, rank).append(": ").append(tensor.name).append(" ").append(mistake));
    }
    if (!some_files_) tensor.prove();
    return tensor;
  }

  /// The slices of one tensor are of one kind and have as many dimensions.
  void check_kind(const ShardedTensor& tensor, const StoredTensor& known, Index rank) const {
    const StoredTensor* slice = tensor.slices[std::size_t(rank)];
    if (!slice || (slice->element == known.element && slice->is_string == known.is_string &&
                   slice->shape.size() == known.shape.size()))
      return;
    throw Error(path(tensor, rank)
                    .append(": ")
                    .append(tensor.name)
                    .append(" is of ")
                    .append(slice->is_string ? "text" : text(slice->element))
                    .append(" ")
                    .append(text(slice->shape))
                    .append(", on another rank it is of ")
                    .append(known.is_string ? "text" : text(known.element))
                    .append(" ")
                    .append(text(known.shape)));
  }

  std::vector<std::string> paths_;
  StrategyPlaces places_;
  bool some_files_;
  std::vector<std::unique_ptr<TensorFile>> files_;
  std::vector<ShardedTensor> tensors_;
  std::vector<std::string> unplaced_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace tenon
