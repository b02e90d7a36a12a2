// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Fills the parameters from checkpoints (.ckpt, .safetensors), cut in any way:
///   load_parameters(parameters, communication, "rank_{}/checkpoint.ckpt", "strategy.ckpt")
/// It is the exchange of every other redistribution, whose senders are files.
#include <map>

#include <tenon/comm/communication.hpp>
#include <tenon/io/open_tensors.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/model/contents.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// The files of a checkpoint, and how each parameter lies on them.
class ShardedCheckpoint {
 public:
  /// @param pattern one whole file, or "{}" where the rank's number goes.
  /// @param strategy MindSpore's strategy file, protobuf or JSON; none for one whole file.
  ShardedCheckpoint(std::string pattern, const std::string& strategy)
      : pattern_(std::move(pattern)) {
    if (strategy.empty()) {
      if (has_number(pattern_))
        throw Error(std::string(pattern_).append(
            " is cut over several files: give the strategy file that says how; "
            "a name without {} is one whole file"));
      return;
    }
    strategy_ = read_strategy(strategy);
    for (const StoredLayout& stored : strategy_.layouts)
      files_ = std::max(files_, stored.layout.devices());
    if (files_ > 1 && !has_number(pattern_))
      throw Error(
          std::string(strategy)
              .append(" cuts over ")
              .append(std::to_string(files_))
              .append(" files, but ")
              .append(pattern_)
              .append(" names one: put {} where the rank's number goes, or give no strategy"));
  }

  Index files() const { return files_; }
  std::string path(Index file) const { return numbered(pattern_, file); }

  /// How a parameter of that shape lies on the files.
  Distribution distribution(std::string_view name, const Dims& shape) const {
    if (strategy_.path.empty()) return whole(shape);
    const StoredLayout* stored = strategy_.find(name);
    if (!stored) throw Error(std::string(strategy_.path).append(" has no layout of ").append(name));
    const LayoutRecord layout = layout_of(*stored, shape);
    if (const Finding found = examine(layout))
      throw Error(std::string(strategy_.path).append(": ").append(text(found, name)));
    return lower(layout);
  }

  /// The slice in a file. @throws Error when it is not what the layout says.
  const StoredTensor& slice(std::string_view name, const Distribution& from, Index file,
                            Element element) {
    const StoredTensor& tensor = open(file).at(name);
    const Dims expected = sizes(from.box(file));
    const bool scalar = tensor.shape.empty() && product(expected) == 1;
    if (!(tensor.shape == expected) && !scalar)
      throw Error(
          std::string(path(file))
              .append(": ")
              .append(name)
              .append(" has the shape ")
              .append(text(tensor.shape))
              .append(", expected ")
              .append(text(expected))
              .append(": the slice of ")
              .append(text(from.shape))
              .append(strategy_.path.empty() ? " (it is one whole file)" : " for this rank"));
    if (tensor.element != element || tensor.is_string)
      throw Error(std::string(path(file))
                      .append(": ")
                      .append(name)
                      .append(" is of ")
                      .append(text(tensor.element))
                      .append(", the network's is of ")
                      .append(text(element)));
    return tensor;
  }

 private:
  const TensorFile& open(Index file) {
    const auto found = opened_.find(file);
    return found != opened_.end() ? found->second
                                  : opened_.emplace(file, open_tensors(path(file))).first->second;
  }

  std::string pattern_;
  StrategyFile strategy_;
  Index files_ = 1;
  std::map<Index, TensorFile> opened_;
};

namespace detail {

/// Every file has every slice in its shape, replicas are equal, and no two different slices are the
/// same bytes. Each rank looks at its share of the files. Collective.
inline void prove(ShardedCheckpoint& checkpoint, const Parameters& parameters,
                  Communication& communication) {
  const Index ranks = communication.size(), rounds = (checkpoint.files() + ranks - 1) / ranks;
  const auto& slices = parameters.slices();
  std::vector<std::uint64_t> own(slices.size() * std::size_t(rounds));
  communication.together([&] {
    for (Index round = 0; round < rounds; ++round) {
      const Index file = round * ranks + communication.rank();
      for (std::size_t i = 0; i < slices.size() && file < checkpoint.files(); ++i) {
        const Distribution from =
            checkpoint.distribution(slices[i].name, slices[i].distribution.shape);
        own[std::size_t(round) * slices.size() + i] =
            content_hash(checkpoint.slice(slices[i].name, from, file, slices[i].element));
      }
    }
  });
  const std::vector<std::uint64_t> all = communication.all_gather(own);
  const auto hash = [&](Index file, std::size_t i) {
    return all[std::size_t(file % ranks) * own.size() + std::size_t(file / ranks) * slices.size() +
               i];
  };
  communication.together([&] {
    for (std::size_t i = 0; i < slices.size(); ++i) {
      const Distribution from =
          checkpoint.distribution(slices[i].name, slices[i].distribution.shape);
      for (Index b = 1; b < checkpoint.files(); ++b)
        for (Index a = 0; a < b; ++a) {
          const bool replicas = from.box(a) == from.box(b), same = hash(a, i) == hash(b, i);
          if (replicas == same || (same && hash(a, i) % 2 == 0)) continue;
          throw Error(
              std::string(checkpoint.path(a))
                  .append(" and ")
                  .append(checkpoint.path(b))
                  .append(replicas ? " should hold the same slice of " : " hold the same slice of ")
                  .append(slices[i].name)
                  .append(replicas ? ", but they differ"
                                   : ", but the strategy gives them different ones"));
        }
    }
  });
}

}  // namespace detail

/// Collective: proves the files, for which the ranks together read each of them once; then each
/// rank reads the bytes of its own slices. On an error every rank throws it; one that the proof
/// finds has changed nothing.
inline void load_parameters(Parameters& parameters, Communication& communication,
                            const std::string& pattern, const std::string& strategy = {}) {
  std::unique_ptr<ShardedCheckpoint> checkpoint;
  communication.together(
      [&] { checkpoint = std::make_unique<ShardedCheckpoint>(pattern, strategy); });
  detail::prove(*checkpoint, parameters, communication);
  communication.together([&] {
    for (const Parameters::Slice& slice : parameters.slices()) {
      const Distribution from = checkpoint->distribution(slice.name, slice.distribution.shape);
      const Box wanted = slice.distribution.box(communication.rank());
      for_each_piece(from, wanted, communication.rank() % checkpoint->files(),
                     [&](Index file, const Box& piece) {
                       read_piece(checkpoint->slice(slice.name, from, file, slice.element),
                                  region(piece, from.box(file)), slice.data, region(piece, wanted));
                     });
    }
  });
}

}  // namespace tenon
