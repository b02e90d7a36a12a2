// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The bytes' way from the files into the slices of this rank: read, mapped, or read by one rank of
/// each node.
#include <tenon/core/slab.hpp>
#include <tenon/io/stored_bytes.hpp>
#include <tenon/layout/exchange.hpp>
#include <tenon/model/file_pieces.hpp>
#include <tenon/model/survey.hpp>

namespace tenon::detail {

/// visit(file, tensor, region of it, region of the box) for every piece of a box of a parameter.
/// @param rank the files' rank to take it from where it may.
void for_each_stored_piece(CheckpointFiles& files, const SurveyedParameter& parameter,
                           const Box& box, Index rank, auto&& visit) {
  for_each_piece(parameter.from, box, rank % Index(parameter.held.size()),
                 [&](Index holder, const Box& piece) {
                   const Index file = parameter.holder(holder);
                   visit(file, files.open(file).at(parameter.name),
                         region(piece, parameter.from.box(holder)), region(piece, box));
                 });
}

/// Uses the slice where it is mapped, if it is one piece there. Whether it is.
inline bool use_in_place(Parameters::Slice& slice, CheckpointFiles& files,
                         const SurveyedParameter& parameter, Index rank) {
  const Box box = slice.distribution.box(rank);
  const std::byte* place = nullptr;
  Index file = -1;
  for_each_stored_piece(
      files, parameter, box, rank,
      [&](Index holder, const StoredTensor& tensor, const Region& from, const Region&) {
        if (from.volume() == volume(box)) place = bytes_in_place(tensor, from);
        file = holder;
      });
  const auto kept = file < 0 ? nullptr : files.shared(file);
  if (!place || !kept) return false;
  slice.use_in_place(place, kept);
  return true;
}

/// Fills memory with boxes of parameters: copied from the map, or read past it.
class BoxReader {
 public:
  /// A file that was given open is not opened again: its name may be another file's by now.
  BoxReader(CheckpointFiles& files, LoadWay way)
      : files_(files), from_map_(way == LoadWay::mapped || files.is_given()) {}

  void read(const SurveyedParameter& parameter, const Box& box, Index rank, std::byte* to) {
    for_each_stored_piece(
        files_, parameter, box, rank,
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

/// The first rank of a node reads the slices of all its ranks, slab by slab, and sends theirs to
/// them: it holds 4 MiB that are not its own.
inline void fill_by_node(Parameters& parameters, Communication& communication,
                         CheckpointFiles& files, const Survey& survey, LoadReport& report) {
  constexpr Index most_bytes = Index(4) << 20;
  const std::vector<int> node = communication.node();
  const int self = communication.rank(), leader = node.front();
  BoxReader reader(files, LoadWay::read_once_a_node);
  std::vector<std::byte> slab;
  std::exception_ptr failed;  // the others still wait for their messages
  for (Parameters::Slice& slice : parameters.slices()) {
    const SurveyedParameter& parameter = survey.at(slice.name);
    if (!parameter.fits) continue;
    const Index size = bytes(slice.element);
    for (int rank : node) {
      if (self != leader && self != rank) continue;
      std::byte* to = self == rank ? slice.to_fill() : nullptr;
      for_each_slab(slice.distribution.box(rank), most_bytes / size, [&](const Box& part) {
        const Index count = volume(part) * size;
        if (!to) slab.resize(std::size_t(count));
        std::byte* here = to ? to : slab.data();
        try {
          if (self == leader && !failed) reader.read(parameter, part, rank, here);
        } catch (...) {
          failed = std::current_exception();
        }
        if (self == leader && rank != self) communication.send({here, std::size_t(count)}, rank);
        if (self != leader) communication.receive({here, std::size_t(count)}, leader);
        if (to) to += count;
      });
    }
    report.bytes_copied += slice.bytes(self);
  }
  communication.together([&] {
    if (failed) std::rethrow_exception(failed);
  });
}

/// Fills every slice of a parameter that fits. Collective.
inline void fill(Parameters& parameters, Communication& communication, CheckpointFiles& files,
                 Survey& survey, LoadWay way) {
  LoadReport& report = survey.report;
  if (way == LoadWay::read_once_a_node)
    return fill_by_node(parameters, communication, files, survey, report);
  const Index rank = communication.rank();
  communication.together([&] {
    std::vector<Parameters::Slice*> copied;
    for (Parameters::Slice& slice : parameters.slices()) {
      const SurveyedParameter& parameter = survey.at(slice.name);
      if (!parameter.fits || slice.bytes(rank) == 0) continue;
      const bool in_place = way == LoadWay::mapped && use_in_place(slice, files, parameter, rank);
      if (!in_place) copied.push_back(&slice);
      (in_place ? report.bytes_in_place : report.bytes_copied) += slice.bytes(rank);
    }
    if (report.bytes_in_place > 0) parameters.renew(copied, rank);
    BoxReader reader(files, way);
    for (Parameters::Slice* slice : copied)
      reader.read(survey.at(slice->name), slice->distribution.box(rank), rank, slice->to_fill());
  });
}

}  // namespace tenon::detail
