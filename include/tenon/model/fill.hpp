// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The bytes' way from the files into the slices of this rank: read, mapped, or read by one rank of
/// each node.
#include <tenon/model/fill_by_node.hpp>

namespace tenon::detail {

/// Uses the slice where it is mapped, if it is one piece there. Whether it is.
inline bool use_in_place(Parameters::Slice& slice, CheckpointFiles& files,
                         const SurveyedParameter& parameter, Index rank) {
  const Box box = slice.distribution.box(rank);
  const std::byte* data = nullptr;
  Index file = -1;
  for_each_stored_piece(
      files, parameter, parameter.place(), box, rank,
      [&](Index holder, const StoredTensor& tensor, const Region& from, const Region&) {
        if (from.volume() == volume(box)) data = bytes_in_place(tensor, from);
        file = holder;
      });
  const auto kept = file < 0 ? nullptr : files.shared(file);
  if (!data || !kept) return false;
  slice.use_in_place(data, kept);
  return true;
}

/// A parameter that several stages have must be the same in each, however each cuts it: a rank's
/// slices of it are read from all of them.
inline void compare_stages(const Parameters& parameters, CheckpointFiles& files,
                           const Survey& survey, Index rank) {
  constexpr Index most_bytes = Index(1) << 20;
  BoxReader reader(files, LoadWay::read);
  std::vector<std::byte> first, other;
  for (const Parameters::Slice& slice : parameters.slices()) {
    const SurveyedParameter& parameter = survey.at(slice.name);
    for (const SurveyedPlace& place : parameter.places) {
      if (!parameter.fits || !place.complete || &place == &parameter.place()) continue;
      for_each_slab(slice.distribution.box(rank), most_bytes / bytes(slice.element),
                    [&](const Box& part) {
                      first.resize(std::size_t(volume(part) * bytes(slice.element)));
                      other.resize(first.size());
                      reader.read(parameter, parameter.place(), part, rank, first.data());
                      reader.read(parameter, place, part, rank, other.data());
                      if (first == other) return;
                      throw Error(std::string(files.path(parameter.place().first_file))
                                      .append(" and ")
                                      .append(files.path(place.first_file))
                                      .append(" are of two stages that should have the same ")
                                      .append(slice.name)
                                      .append(", but they differ in ")
                                      .append(text(part)));
                    });
    }
  }
}

/// Fills every slice of a parameter that fits. Collective.
inline void fill(Parameters& parameters, Communication& communication, CheckpointFiles& files,
                 Survey& survey, LoadWay way) {
  LoadReport& report = survey.report;
  if (way == LoadWay::read_once_a_node)
    return fill_by_node(parameters, communication, files, survey);
  const Index rank = communication.rank();
  communication.together([&] {
    std::vector<Parameters::Slice*> copied, in_place;
    for (Parameters::Slice& slice : parameters.slices()) {
      const SurveyedParameter& parameter = survey.at(slice.name);
      if (!parameter.fits || slice.bytes(rank) == 0) continue;
      const bool used = way == LoadWay::mapped && use_in_place(slice, files, parameter, rank);
      (used ? in_place : copied).push_back(&slice);
      (used ? report.bytes_in_place : report.bytes_copied) += slice.bytes(rank);
    }
    if (!in_place.empty()) {  // what they were copied to before goes back
      parameters.renew(copied, rank);
      parameters.renew(in_place, rank);
    }
    BoxReader reader(files, way);
    for (Parameters::Slice* slice : copied) {
      const SurveyedParameter& parameter = survey.at(slice->name);
      reader.read(parameter, parameter.place(), slice->distribution.box(rank), rank,
                  slice->to_fill());
    }
  });
}

}  // namespace tenon::detail
