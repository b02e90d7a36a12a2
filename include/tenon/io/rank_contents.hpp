// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What belongs into the file of each rank of another strategy:
///   RankContents contents(ShardedTensors(files, from), to); contents.of(3) are rank 3's slices
#include <tenon/io/sharded_tensors.hpp>
#include <tenon/io/slice_source.hpp>

namespace tenon {

/// Something that goes into no file, and why.
struct LeftOut {
  std::string name, cause;
};

/// The tensors' slices of every rank, in the order of the source: first what both strategies place,
/// then what one of them does not name, which goes whole into every file where it can, as MindSpore
/// does with epoch_num. Refers to `from` and `to`.
/// MindSpore: transform_checkpoints.
class RankContents {
 public:
  /// @throws Error when a layout of `to` cannot be of a tensor's shape.
  RankContents(const ShardedTensors& from, const StrategyPlaces& to) : from_(from), to_(to) {
    for (const ShardedTensor& tensor : from.tensors()) add(tensor);
    for (const ShardedTensor& tensor : from.unplaced())
      if (is_one(tensor)) add(tensor);
      else leave_out(tensor.name, from.places().path(), ", and the files have different ones");
    if (placed_ == 0)
      throw Error(std::string(to.path())
                      .append(" names none of the parameters that ")
                      .append(from.paths().front())
                      .append(" has: it is the strategy of another network"));
  }

  /// What the file of a rank holds.
  /// @throws Error when a block that it needs is in none of the files that are there.
  std::vector<TensorSource> of(Index rank) const {
    std::vector<TensorSource> sources;
    for (const bool is_carried : {false, true})
      for (const Content& content : contents_) {
        if (content.is_carried != is_carried) continue;
        const auto box = content.box(rank, to_);
        if (!box) continue;
        const ShardedTensor& tensor = content.stage_with(*box, rank);
        for_each_piece(tensor.distribution, *box, rank % tensor.ranks(),
                       [&](Index source, const Box&) { tensor.holder(source); });
        sources.push_back(slice_source(tensor, *box, rank, reader_));
      }
    return sources;
  }
  const std::vector<LeftOut>& left_out() const { return left_out_; }

 private:
  struct Content {
    std::vector<const ShardedTensor*> stages;  // that have it, of the source
    std::vector<StoredPlace> places;           // of the target; none: whole in every file
    bool is_carried = false;

    std::optional<Box> box(Index rank, const StrategyPlaces& to) const {
      const Dims& shape = stages.front()->shape();
      if (places.empty()) return whole_box(shape);
      for (const StoredPlace& place : places)
        if (rank >= place.first_rank && rank < place.first_rank + to.ranks_of_stage())
          return place.distribution(shape).box(rank - place.first_rank);
      return {};  // of another stage
    }
    /// The first stage whose files are there, or the first.
    const ShardedTensor& stage_with(const Box& box, Index rank) const {
      for (const ShardedTensor* stage : stages) {
        bool has_all = true;
        for_each_piece(stage->distribution, box, rank % stage->ranks(),
                       [&](Index source, const Box&) {
                         has_all = has_all && stage->find_holder(source) >= 0;
                       });
        if (has_all) return *stage;
      }
      return *stages.front();
    }
  };

  void add(const ShardedTensor& tensor) {
    const auto [known, is_new] = by_name_.emplace(tensor.name, contents_.size());
    if (!is_new) return contents_[known->second].stages.push_back(&tensor);
    const bool in_from =
        from_.places().strategy() == nullptr || !from_.places().of(tensor.name).empty();
    Content content{{&tensor}, to_.of(tensor.name), false};
    content.is_carried = content.places.empty() || !in_from;
    if (content.places.empty() && !tensor.is_whole())
      return leave_out(tensor.name, to_.path(), ", and it is cut");
    for (const StoredPlace& place : content.places)
      blame(to_.path(), [&] { place.distribution(tensor.shape()); });
    placed_ += !content.places.empty();
    contents_.push_back(std::move(content));
  }
  /// Whether all files that have it have the same.
  bool is_one(const ShardedTensor& tensor) const {
    Index first = 0;
    while (!tensor.has(first)) ++first;
    const StoredTensor& one = *tensor.slices[std::size_t(first)];
    for (Index rank = first + 1; rank < tensor.ranks(); ++rank) {
      if (!tensor.has(rank)) continue;
      const StoredTensor& slice = *tensor.slices[std::size_t(rank)];
      if (!(slice.shape == one.shape) || slice.element != one.element ||
          slice.is_string != one.is_string || reader_->first_difference(tensor, first, rank))
        return false;
    }
    return true;
  }
  void leave_out(const std::string& name, const std::string& strategy, std::string_view cause) {
    left_out_.push_back({name, std::string(strategy).append(" does not name it").append(cause)});
  }

  const ShardedTensors& from_;
  const StrategyPlaces& to_;
  std::shared_ptr<SliceReader> reader_ = std::make_shared<SliceReader>();
  std::vector<Content> contents_;
  std::map<std::string_view, std::size_t> by_name_;
  std::vector<LeftOut> left_out_;
  Index placed_ = 0;
};

}  // namespace tenon
