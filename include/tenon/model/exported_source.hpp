// SPDX-License-Identifier: Apache-2.0
#pragma once
/// This rank's file of an export (model/export.hpp): the whole network, its strategies, and the
/// slices of this rank alone.
#include <tenon/io/model_file/read_mindir_part.hpp>
#include <tenon/model/model_source.hpp>

namespace tenon::detail {

class ExportedSource : public ModelSource {
 public:
  /// @param pattern with {} where the rank's number goes.
  /// @throws Error when the file is of another rank or number of ranks, or is to be cut anew.
  ExportedSource(const std::string& pattern, ModelType type, const BuildOptions& options,
                 Index rank, Index ranks)
      : ModelSource(numbered(pattern, rank), type, options, true),
        pattern_(pattern),
        path_(numbered(pattern, rank)) {
    if (!options.strategy.empty() || options.cut_weights || options.auto_parallel ||
        !options.pipeline_stages.empty() || !options.checkpoint.empty())
      throw Error(sentence(pattern, " is cut already, and has its values: another strategy, one ",
                           "found by search, other stages or a checkpoint are for whole networks"));
    std::optional<StoredPart> part = read_mindir_part(file());
    if (!part) throw Error(sentence(path_, " is no rank's file of an export"));
    if (part->ranks != ranks)
      throw Error(sentence(pattern, " was exported for ", part->ranks, " ranks, and there are ",
                           ranks, ": export it again for these"));
    if (part->rank != rank)
      throw Error(
          sentence(path_, " is the file of rank ", part->rank, ", and this is rank ", rank));
    part_ = std::move(*part);
  }

  std::uint64_t content() const override { return Hash().add(part_.id).value; }
  std::string differing() const override {
    return sentence("the files ", pattern_, " are not all of one export");
  }

  void fill(Parameters& parameters, Communication& communication,
            Communication* all = nullptr) const override {
    (all ? *all : communication).together([&] {
      for (Parameters::Slice& slice : parameters.slices())
        fill(slice, communication.rank(), communication.size());
    });
  }

 private:
  /// @param rank, @param ranks of those that the slice is cut over.
  void fill(Parameters::Slice& slice, Index rank, Index ranks) const {
    const Box box = slice.distribution.box(rank);
    const MindirLayout wanted = mindir_layout(slice.name, slice.distribution, rank, ranks);
    std::size_t i = 0;
    while (i < part_.layouts.size() &&
           !(part_.layouts[i] == wanted && part_.slices[i].name == slice.name))
      ++i;
    if (i == part_.layouts.size() || part_.slices[i].element != slice.element ||
        !(part_.slices[i].shape == wanted.slice_shape))
      throw Error(sentence(path_, " has no slice of ", slice.name, " that is cut as the plan ",
                           "needs it: another version of Tenon wrote it, or it is damaged"));
    if (volume(box) == 0) return;
    const StoredTensor& tensor = part_.slices[i];
    const Region all = region(box);
    const std::byte* there = way() == LoadWay::mapped ? bytes_in_place(tensor, all) : nullptr;
    if (there) slice.use_in_place(there, shared_from_this());
    else copy_region(tensor, all, slice.to_fill(), all);
  }

  std::string pattern_, path_;
  StoredPart part_;
};

/// Whether this rank's file is one of an export.
inline bool is_exported(const std::string& pattern, Index rank) {
  const std::string path = numbered(pattern, rank);
  const FileKind kind = file_kind(MappedFile(path).bytes());
  return kind == FileKind::mindir && read_mindir_part(read_mindir(path)).has_value();
}

/// What a path stands for: a model, or with {} this rank's file of an export.
inline std::shared_ptr<ModelSource> source_of(const std::string& path, ModelType type,
                                              const BuildOptions& options, Index rank,
                                              Index ranks) {
  if (has_number(path)) return std::make_shared<ExportedSource>(path, type, options, rank, ranks);
  return std::make_shared<ModelSource>(path, type, options);
}

}  // namespace tenon::detail
