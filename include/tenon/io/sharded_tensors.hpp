// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The whole tensors that the files of several ranks hold slices of, proved to be all there:
///   ShardedTensors x(files_of("rank_{}/x{}.ckpt", 8), StrategyPlaces(read_strategy("s.ckpt")));
///   x.at("layer1.weight").shape() == Dims{784, 512}
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/sharded_tensor.hpp>
#include <tenon/io/strategy_places.hpp>

namespace tenon {

/// What is done about what is not there.
struct ShardedOptions {
  Checksum checksum = Checksum::ignored;
  /// Files that do not exist are passed over; what is taken must be there. Blocks of theirs are
  /// taken to be as large as the others, as MindSpore cuts.
  bool some_files = false;
};

/// Movable; tensors and their slices live while it does.
class ShardedTensors {
 public:
  /// @param paths in rank order, one for each rank of the places.
  /// @throws Error that names the file, or the parameter and the ranks: a file cannot be read, a
  /// slice has another shape or other elements than the layout says, a block is on no rank, or no
  /// file has any parameter that the strategy names.
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
      const bool absent = some_files_ && ::access(path.c_str(), F_OK) != 0;
      files_.push_back(absent ? nullptr
                              : std::make_unique<TensorFile>(open_tensors(path, options.checksum)));
    }
    for (std::size_t rank = 0; rank < files_.size(); ++rank)
      if (files_[rank])
        for (const StoredTensor& tensor : *files_[rank]) gather(tensor, Index(rank));
    if (tensors_.empty()) refuse_all();
  }

  /// In the order of the first file that has each; one of several stages once for each.
  const std::vector<ShardedTensor>& tensors() const { return tensors_; }
  /// The tensor, in the first stage that has it; @throws Error where there is none.
  const ShardedTensor& at(std::string_view name) const {
    for (const ShardedTensor& tensor : tensors_)
      if (tensor.name == name) return tensor;
    throw Error(std::string(paths_.front())
                    .append(" and the files of its other ranks have no parameter ")
                    .append(name));
  }
  /// What is in the files and not in the strategy, which says nothing about it: epoch_num. As if
  /// every file that has it had it whole, which nobody has looked at.
  const std::vector<ShardedTensor>& unplaced() const { return unplaced_; }
  /// What the strategy names and no file has: the optimizer's state, often.
  std::vector<std::string> absent() const {
    std::vector<std::string> names;
    for (std::string_view name : places_.names())
      if (!seen_.contains(name)) names.emplace_back(name);
    return names;
  }
  const StrategyPlaces& places() const { return places_; }
  const std::vector<std::string>& paths() const { return paths_; }
  const std::string& path(const ShardedTensor& tensor, Index rank) const {
    return paths_[std::size_t(tensor.first_rank + rank)];
  }
  /// The file of a rank, of all stages; none where it is not there.
  const TensorFile* file(Index rank) const { return files_[std::size_t(rank)].get(); }

 private:
  /// All slices of a tensor that was not seen yet.
  void gather(const StoredTensor& first, Index rank) {
    if (!seen_.insert(first.name).second) return;
    const std::vector<StoredPlace> places = places_.of(first.name);
    if (places.empty()) return gather_unplaced(first);
    bool here = false;
    for (const StoredPlace& place : places) {
      const Index last = place.first_rank + places_.ranks_of_stage();
      here = here || (rank >= place.first_rank && rank < last);
      if (auto tensor = gathered(first, place)) tensors_.push_back(std::move(*tensor));
    }
    if (!here)
      throw Error(std::string(paths_[std::size_t(rank)])
                      .append(" has ")
                      .append(first.name)
                      .append(", which ")
                      .append(places_.path())
                      .append(" puts on other ranks"));
  }

  void gather_unplaced(const StoredTensor& first) {
    ShardedTensor& tensor = unplaced_.emplace_back();
    tensor = {first.name, first.element, first.is_string, whole(first.shape), 0, {}, files_};
    for (const auto& file : files_)
      tensor.slices.push_back(file ? file->find(first.name) : nullptr);
  }

  std::optional<ShardedTensor> gathered(const StoredTensor& first, const StoredPlace& place) const {
    const auto files = std::span(files_).subspan(std::size_t(place.first_rank));
    ShardedTensor tensor{first.name, first.element, first.is_string, {}, 0, {}, files};
    tensor.first_rank = place.first_rank;
    const StoredTensor* known = nullptr;
    for (Index rank = 0; rank < places_.ranks_of_stage(); ++rank) {
      const auto& file = files[std::size_t(rank)];
      tensor.slices.push_back(file ? file->find(first.name) : nullptr);
      if (!known) known = tensor.slices.back();
    }
    if (!known) return {};  // on another stage alone, or on files that are not there
    for (Index rank = 0; rank < tensor.ranks(); ++rank) check_kind(tensor, *known, rank);
    const Distribution cuts = blame(places_.path(), [&] {
      return place.layout ? cuts_of_slice(*place.layout, known->shape) : whole(known->shape);
    });
    if (some_files_ && !detail::shape_is_known(cuts, tensor.slices))
      throw Error(std::string(tensor.name)
                      .append(" is cut into blocks of several sizes, and not all are there: its "
                              "shape cannot be known; give the files of all ranks"));
    tensor.distribution = cuts;
    tensor.distribution.shape = blame(
        tensor.name, [&] { return detail::whole_shape(cuts, tensor.slices, tensor.element); });
    for (Index rank = 0; rank < tensor.ranks(); ++rank) {
      const StoredTensor* slice = tensor.slices[std::size_t(rank)];
      const std::string mistake =
          slice ? slice_mistake(tensor.distribution, rank, slice->shape) : "";
      if (!mistake.empty())
        throw Error(std::string(path(tensor, rank))
                        .append(": ")
                        .append(tensor.name)
                        .append(" ")
                        .append(mistake));
    }
    if (!some_files_) tensor.prove();
    return tensor;
  }

  /// The slices of one tensor are of one kind and have as many dimensions.
  void check_kind(const ShardedTensor& tensor, const StoredTensor& known, Index rank) const {
    const StoredTensor* slice = tensor.slices[std::size_t(rank)];
    if (slice && !detail::are_alike(*slice, known))
      throw Error(std::string(path(tensor, rank))
                      .append(": ")
                      .append(tensor.name)
                      .append(" is of ")
                      .append(detail::kind_text(*slice))
                      .append(", on another rank it is of ")
                      .append(detail::kind_text(known)));
  }

  [[noreturn]] void refuse_all() const {
    const auto first = [](const auto& names) {
      return names.empty() ? std::string("none") : std::string(names.front());
    };
    std::vector<std::string> found(seen_.begin(), seen_.end());
    throw Error(std::string(paths_.front())
                    .append(paths_.size() > 1 ? " and the files of its other ranks have" : " has")
                    .append(" none of the parameters that ")
                    .append(places_.path())
                    .append(" names: these begin with ")
                    .append(first(places_.names()))
                    .append(", those with ")
                    .append(first(found))
                    .append("; it is the strategy of another network, or the files are others"));
  }

  std::vector<std::string> paths_;
  StrategyPlaces places_;
  bool some_files_;
  std::vector<std::unique_ptr<TensorFile>> files_;
  std::vector<ShardedTensor> tensors_, unplaced_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace tenon
