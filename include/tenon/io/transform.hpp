// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Files of one strategy become those of another, or one file (of no strategy), and back:
///   ShardedTensors from(files_of("in/rank_{}/x{}.ckpt", 8), StrategyPlaces(read_strategy(s1)));
///   transform(from, StrategyPlaces(read_strategy(s2)), files_of("out/rank_{}/x{}.ckpt", 4));
/// MindSpore: transform_checkpoints, transform_checkpoint_by_rank.
#include <tenon/io/compare_replicas.hpp>
#include <tenon/io/copied_files.hpp>
#include <tenon/io/input_files.hpp>
#include <tenon/io/rank_contents.hpp>
#include <tenon/io/write_tensors.hpp>

namespace tenon {

struct TransformOptions {
  std::optional<Index> rank;     // write this rank's file alone
  bool compare_replicas = true;  // all that was read for it, and look for copied files
  bool drop_strings = false;     // that a .safetensors cannot hold
  WriteOptions write;
  /// Bytes done of all that will be read for comparing and written.
  std::function<void(Index done, Index total)> progress = [](Index, Index) {};
};

struct WrittenFile {
  Index rank = 0;
  std::string path;
  Index tensors = 0, bytes = 0;  // of their elements
};
struct Transformed {
  std::vector<WrittenFile> files;
  std::vector<LeftOut> left_out;
};

namespace detail {

/// All that a transformation reads.
inline InputFiles inputs_of(const ShardedTensors& from, const StrategyPlaces& to) {
  InputFiles inputs;
  for (Index rank = 0; rank < from.places().ranks(); ++rank)
    if (const TensorFile* file = from.file(rank)) inputs.add(*file);
  for (const StrategyPlaces* places : {&from.places(), &to})
    if (places->strategy()) inputs.add(places->path());
  return inputs;
}

/// What goes into a rank's file; strings that its format cannot hold are left out if so asked.
inline std::vector<TensorSource> tensors_of(const RankContents& contents, Index rank,
                                            const std::string& path,
                                            const TransformOptions& options,
                                            std::vector<LeftOut>& left_out) {
  std::vector<TensorSource> tensors = contents.of(rank);
  if (options.drop_strings && format_of(path) == TensorFormat::safetensors)
    std::erase_if(tensors, [&](const TensorSource& tensor) {
      const auto is_it = [&](const LeftOut& out) { return out.name == tensor.name; };
      if (tensor.is_string && std::none_of(left_out.begin(), left_out.end(), is_it))
        left_out.push_back({tensor.name, "a .safetensors cannot hold a string"});
      return tensor.is_string;
    });
  if (tensors.empty())
    cannot_write(path, std::string("none of the tensors belongs to rank ").append(text(rank)));
  return tensors;
}

}  // namespace detail

/// Writes the file of every rank of `to`, each atomically. Before the first is written, all layouts
/// are fitted to all shapes and every byte that goes into a file is known to be in one.
/// @param paths of all ranks of `to`, in rank order; folders are made.
/// @throws Error as RankContents, compare_replicas, check_no_copies and write_tensors; also when a
/// file would replace one of the inputs, the strategies among them.
/// Cost: each byte written is read once, each compared once more; 4 MiB of memory.
inline Transformed transform(const ShardedTensors& from, const StrategyPlaces& to,
                             const std::vector<std::string>& paths,
                             const TransformOptions& options = {}) {
  if (Index(paths.size()) != to.ranks())
    throw Error(std::string(to.path())
                    .append(" is for ")
                    .append(text(to.ranks()))
                    .append(" files, one for each rank, ")
                    .append(text(Index(paths.size())))
                    .append(" are to be written"));
  if (options.rank && (*options.rank < 0 || *options.rank >= to.ranks()))
    throw Error(std::string("there is no rank ")
                    .append(text(*options.rank))
                    .append(": ")
                    .append(to.path())
                    .append(" is for ")
                    .append(text(to.ranks()))
                    .append(" ranks"));
  const RankContents contents(from, to);
  const InputFiles inputs = detail::inputs_of(from, to);
  Transformed result{{}, contents.left_out()};
  Index done = 0, total = 0;
  const OnBytes on_bytes = [&](Index more) { options.progress(done += more, total); };
  for (Index rank = 0; rank < to.ranks(); ++rank) {
    if (options.rank && *options.rank != rank) continue;
    const std::string& path = paths[std::size_t(rank)];
    inputs.check_apart(path);
    const auto tensors = detail::tensors_of(contents, rank, path, options, result.left_out);
    check_format(path, tensors, options.write.checksum);
    result.files.push_back({rank, path, Index(tensors.size()), 0});
    for (const TensorSource& tensor : tensors)
      result.files.back().bytes += product(tensor.shape) * bytes(tensor.element);
    total += result.files.back().bytes;
  }
  if (options.compare_replicas) {
    for (const ShardedTensor& tensor : from.tensors())
      for (const StoredTensor* slice : tensor.slices) total += slice ? slice->bytes() : 0;
    compare_replicas(from, on_bytes);
    check_no_copies(from);
  }
  for (const WrittenFile& file : result.files) {
    make_folder_of(file.path);
    auto tensors = detail::tensors_of(contents, file.rank, file.path, options, result.left_out);
    for (TensorSource& tensor : tensors) tensor = counted(std::move(tensor), on_bytes);
    write_tensors(file.path, tensors, options.write);
  }
  return result;
}

}  // namespace tenon
