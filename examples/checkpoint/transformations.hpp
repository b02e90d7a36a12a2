// SPDX-License-Identifier: Apache-2.0
#pragma once
/// slice, merge and transform are one: files of one strategy become those of another.
#include <tenon/io/rank_files.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/transform.hpp>

#include "../support/bytes_progress.hpp"
#include "answer.hpp"

namespace tenon::checkpoint {

/// Of one file, or of one for each stage; "none" or nothing: one device, which has all.
inline StrategyPlaces places_of(const std::vector<std::string>& paths) {
  if (paths.empty() || (paths.size() == 1 && paths[0] == "none")) return {};
  if (paths.size() == 1) return StrategyPlaces(read_strategy(paths[0]));
  std::vector<StrategyFile> stages;
  for (const std::string& path : paths) stages.push_back(read_strategy(path));
  return StrategyPlaces(merge_strategies(stages));
}

struct Transformation {
  std::string name = "transform";  // as the user calls it
  std::vector<std::string> from, to, files;
  std::string out;
  std::optional<Index> rank;
  bool trust = false, checksum = false, check_crc = false, drop_strings = false;
};

namespace detail {

inline std::string written_text(const Transformed& done) {
  std::string lines;
  for (const WrittenFile& file : done.files)
    lines.append(file.path)
        .append(": ")
        .append(text(file.tensors))
        .append(" tensors, ")
        .append(bytes_text(file.bytes))
        .append("\n");
  for (const LeftOut& out : done.left_out)
    lines.append("left out ")
        .append(printable(out.name))
        .append(": ")
        .append(out.cause)
        .append("\n");
  return lines;
}

inline json written_json(const Transformed& done) {
  json files = json::array(), left_out = json::array();
  for (const WrittenFile& file : done.files)
    files.push_back({{"rank", file.rank},
                     {"file", file.path},
                     {"tensors", file.tensors},
                     {"bytes", file.bytes}});
  for (const LeftOut& out : done.left_out)
    left_out.push_back({{"name", out.name}, {"cause", out.cause}});
  return {{"files", files}, {"left_out", left_out}};
}

}  // namespace detail

/// @throws Error as ShardedTensors and transform.
inline Answer transformed(const Transformation& t) {
  StrategyPlaces source = places_of(t.from);
  const StrategyPlaces target = places_of(t.to);
  const auto inputs = rank_files(t.files, source.ranks(), t.rank.has_value());
  const bool is_one = t.rank && !has_number(t.out);
  const auto outputs = is_one ? std::vector<std::string>(std::size_t(target.ranks()), t.out)
                              : files_of(t.out, target.ranks());
  InputFiles strategies;
  for (const auto* paths : {&t.from, &t.to})
    for (const std::string& path : *paths) strategies.add(path);
  for (Index rank = 0; rank < target.ranks(); ++rank)
    if (!t.rank || *t.rank == rank) strategies.check_apart(outputs[std::size_t(rank)]);
  const ShardedTensors from(inputs, std::move(source),
                            {.checksum = t.check_crc ? Checksum::checked : Checksum::ignored,
                             .some_files = t.rank.has_value()});
  BytesProgress progress(t.name);
  TransformOptions options;
  options.rank = t.rank;
  options.compare_replicas = !t.trust;
  options.drop_strings = t.drop_strings;
  options.write.checksum = t.checksum;
  options.progress = [&](Index done, Index total) { progress.at(done, total); };
  const Transformed done = transform(from, target, outputs, options);
  return {detail::written_text(done), detail::written_json(done)};
}

}  // namespace tenon::checkpoint
