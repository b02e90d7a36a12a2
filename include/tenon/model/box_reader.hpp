// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Boxes of parameters out of a checkpoint's files, which other ranks may have surveyed:
///   BoxReader reader(files, LoadWay::read); reader.read(parameter, place, box, rank, memory);
#include <tenon/io/stored_bytes.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/io/file_pieces.hpp>
#include <tenon/model/load_options.hpp>
#include <tenon/model/surveyed_parameter.hpp>

namespace tenon {

/// visit(file, tensor, region of it, region of the box) for every piece of a box of a parameter.
/// @param rank the files' rank to take it from where it may.
/// @throws Error when a file is not what the survey found: this rank sees another one.
void for_each_stored_piece(CheckpointFiles& files, const SurveyedParameter& parameter,
                           const SurveyedPlace& place, const Box& box, Index rank, auto&& visit) {
  for_each_piece(
      place.from, box, rank % Index(place.held.size()), [&](Index holder, const Box& piece) {
        const Index file = place.holder(holder);
        const TensorFile& opened = files.open(file);
        if (held_slice(opened, parameter, place, file - place.first_file) != Held::its_slice)
          throw Error(wrong_slice(opened, parameter, place, file - place.first_file)
                          .append("; another rank found its slice there: the ranks see different "
                                  "files of this name, or it was replaced meanwhile"));
        visit(file, opened.at(parameter.name), region(piece, place.from.box(holder)),
              region(piece, box));
      });
}

class BoxReader {
 public:
  /// A file that was given open is not opened again: its name may be another file's by now.
  BoxReader(CheckpointFiles& files, LoadWay way)
      : files_(files), from_map_(way == LoadWay::mapped || files.is_given()) {}

  /// Fills memory with a box, row-major: copied from the map, or read past it.
  void read(const SurveyedParameter& parameter, const SurveyedPlace& place, const Box& box,
            Index rank, std::byte* to) {
    for_each_stored_piece(
        files_, parameter, place, box, rank,
        [&](Index file, const StoredTensor& tensor, const Region& from, const Region& in_box) {
          if (from_map_) copy_region(tensor, from, to, in_box);
          else pieces_.read(files_.open(file), tensor, from, to, in_box);
        });
  }

 private:
  CheckpointFiles& files_;
  bool from_map_;
  FilePieces pieces_;
};

}  // namespace tenon
