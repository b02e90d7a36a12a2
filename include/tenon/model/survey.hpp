// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the files of a checkpoint have of each parameter of a network, found by all ranks together
/// before a byte is used: each reader looks at its share of the files, and all know the same.
#include <tenon/io/blame.hpp>
#include <tenon/model/look_at_file.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

namespace detail {

/// A parameter's places as the strategy says. One that it does not name should be whole in every
/// file.
inline SurveyedParameter places_of(const CheckpointFiles& files, const Parameters::Slice& slice,
                                   LoadReport& report) {
  SurveyedParameter parameter{slice.name, slice.element, {}, true, true, 0};
  const Dims& shape = slice.distribution.shape;
  for (const StoredPlace& place : files.places().of(slice.name)) try {
      SurveyedPlace surveyed{{}, place.first_rank, {}, false};
      surveyed.from = blame(files.places().path(), [&] { return place.distribution(shape); });
      surveyed.held.resize(std::size_t(files.places().ranks_of_stage()));
      parameter.places.push_back(surveyed);
    } catch (const Error& error) {
      report.misshapen.push_back({slice.name, std::string(error.what()).substr(7)});
      parameter.fits = false;
    }
  parameter.named = !parameter.places.empty() || !parameter.fits;
  if (!parameter.named)
    parameter.places.push_back(
        {whole(shape), 0, std::vector<bool>(std::size_t(files.size())), false});
  return parameter;
}

/// What all files together have of a parameter.
inline void conclude(SurveyedParameter& parameter, const std::string& strategy,
                     LoadReport& report) {
  const auto named = [&](const std::vector<LoadReport::Entry>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& entry) { return entry.name == parameter.name; });
  };
  if (named(report.misshapen) || named(report.of_other_elements)) parameter.fits = false;
  if (!parameter.fits) return;
  std::string missing;
  bool some = false, complete = false;
  for (std::size_t p = parameter.places.size(); p-- > 0;) {
    SurveyedPlace& place = parameter.places[p];
    const std::string block = missing_block(place.from, Index(place.held.size()), [&](Index rank) {
      return bool(place.held[std::size_t(rank)]);
    });
    place.complete = block.empty();
    if (place.complete) parameter.taken = p, complete = true;
    if (!contains(place.held, true)) continue;
    some = true;
    if (missing.empty()) missing = block;
  }
  parameter.fits = complete;
  if (complete) return;
  if (some) missing = std::string(parameter.name).append(" ").append(missing);
  else
    missing = parameter.named ? parameter.name
                              : std::string(parameter.name)
                                    .append(" is in no file, and ")
                                    .append(strategy)
                                    .append(" has no layout of it");
  report.missing.push_back({parameter.name, missing});
}

}  // namespace detail

/// Collective. Cost: each file's header is read once, over the ranks.
/// @throws Error on every rank when a file cannot be read.
inline Survey survey(CheckpointFiles& files, const Parameters& parameters,
                     Communication& communication, const LoadOptions& options) {
  Survey found;
  found.readers = readers(communication, options.way);
  for (const Parameters::Slice& slice : parameters.slices())
    if (found.by_name.emplace(slice.name, found.parameters.size()).second)
      found.parameters.push_back(detail::places_of(files, slice, found.report));
  detail::HeldTable table(found, files.size());
  detail::Findings findings;
  const Checksum checksum = options.check_checksums ? Checksum::checked : Checksum::ignored;
  communication.together([&] {
    if (found.readers.self < 0) return;
    for (Index file = found.readers.self; file < files.size(); file += found.readers.count())
      if (!(options.of_others && detail::is_of_others(found, file)) &&
          !detail::needs_no_file(files, found, file))
        detail::look_at(files.open(file, checksum), file, found, table, findings,
                        files.places().path(), options.of_others);
  });
  table.gather(communication);
  findings.share(communication, found.report);
  for (std::size_t i = 0; i < found.parameters.size(); ++i) {
    SurveyedParameter& parameter = found.parameters[i];
    for (std::size_t p = 0; p < parameter.places.size(); ++p) {
      SurveyedPlace& place = parameter.places[p];
      for (std::size_t rank = 0; rank < place.held.size(); ++rank) {
        const Index file = place.first_file + Index(rank);
        const int reader = found.readers.ranks[std::size_t(found.reader(file))];
        const Held held = table.of(reader, found.round(file), i, p);
        place.held[rank] = held == Held::its_slice;
        if (held == Held::another_shape || held == Held::other_elements) parameter.fits = false;
      }
    }
    detail::conclude(parameter, files.places().path(), found.report);
  }
  return found;
}

}  // namespace tenon
