// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the files of a checkpoint have of each parameter of a network, found by all ranks together
/// before a byte is used: each looks at its share of the files, and all know the same.
#include <set>

#include <tenon/model/checkpoint_files.hpp>
#include <tenon/model/findings.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon {

/// One parameter in the files.
struct SurveyedParameter {
  std::string name;
  Element element;
  Distribution from;       // over the files of its stage
  Index first_file = 0;    // of the stage
  std::vector<bool> held;  // which of the stage's files have their slice of it
  bool fits = false;       // all of it is there

  /// The file, of the checkpoint, to take a piece of this block from: the given one of the stage,
  /// or that of a replica.  @pre fits
  Index holder(Index file) const {
    Index holder = file;
    if (!held[std::size_t(file)]) {
      const Box wanted = from.box(file);
      holder = 0;
      while (!held[std::size_t(holder)] || !(from.box(holder) == wanted)) ++holder;
    }
    return first_file + holder;
  }
};

struct Survey {
  std::vector<SurveyedParameter> parameters;  // in the network's order, each name once
  LoadReport report;

  const SurveyedParameter& at(std::string_view name) const {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const auto& known) { return known.name == name; });
    return *found;
  }
};

namespace detail {

/// The parameters' places as the strategy says; what it does not name, or says of another shape,
/// fits nowhere.
inline std::vector<SurveyedParameter> places_of(const CheckpointFiles& files,
                                                const Parameters& parameters, LoadReport& report) {
  std::vector<SurveyedParameter> all;
  std::set<std::string> names;
  for (const Parameters::Slice& slice : parameters.slices()) {
    if (!names.insert(slice.name).second) continue;
    SurveyedParameter parameter{slice.name, slice.element, whole(slice.distribution.shape), 0,
                                {},         true};
    const std::vector<StoredPlace> places = files.places().of(slice.name);
    if (places.empty()) {
      report.missing.push_back(
          {slice.name,
           std::string(files.places().path()).append(" has no layout of ").append(slice.name)});
      parameter.fits = false;
    } else {
      parameter.first_file = places[0].first_rank;
      try {
        parameter.from = places[0].distribution(slice.distribution.shape);
      } catch (const Error& error) {
        report.misshapen.push_back(
            {slice.name, std::string(files.places().path()).append(": ").append(error.what() + 7)});
        parameter.fits = false;
      }
    }
    parameter.held.resize(std::size_t(files.places().ranks_of_stage()));
    all.push_back(std::move(parameter));
  }
  return all;
}

/// Whether a file has its slice of a parameter; what is wrong with it is added to the findings.
inline bool has_slice(const TensorFile& file, const SurveyedParameter& parameter, Index rank,
                      Findings& findings) {
  const StoredTensor* tensor = file.find(parameter.name);
  if (!tensor) return false;
  const std::string where = std::string(file.path()).append(": ").append(parameter.name);
  const std::string mistake = slice_mistake(parameter.from, rank, tensor->shape);
  if (!mistake.empty()) {
    findings.add('s', parameter.name, std::string(where).append(" ").append(mistake));
  } else if (tensor->element != parameter.element || tensor->is_string) {
    findings.add('d', parameter.name,
                 std::string(where)
                     .append(" is of ")
                     .append(tensor->is_string ? "text" : text(tensor->element))
                     .append(", the network's is of ")
                     .append(text(parameter.element)));
  } else {
    return true;
  }
  return false;
}

}  // namespace detail

/// Collective. Cost: each file's header is read once, over the ranks.
/// @throws Error on every rank when a file cannot be read.
inline Survey survey(CheckpointFiles& files, const Parameters& parameters,
                     Communication& communication, Checksum checksum = Checksum::ignored) {
  Survey found;
  found.parameters = detail::places_of(files, parameters, found.report);
  const Index ranks = communication.size(), rounds = (files.size() + ranks - 1) / ranks;
  const std::size_t count = found.parameters.size();
  std::vector<std::uint64_t> own(count * std::size_t(rounds));
  detail::Findings findings;
  communication.together([&] {
    std::set<std::string> names;
    for (const SurveyedParameter& parameter : found.parameters) names.insert(parameter.name);
    for (Index round = 0; round < rounds; ++round) {
      const Index file = round * ranks + communication.rank();
      if (file >= files.size()) break;
      const TensorFile& opened = files.open(file, checksum);
      for (std::size_t i = 0; i < count; ++i) {
        const SurveyedParameter& parameter = found.parameters[i];
        const Index rank = file - parameter.first_file;
        if (parameter.fits && rank >= 0 && rank < Index(parameter.held.size()))
          own[std::size_t(round) * count + i] =
              detail::has_slice(opened, parameter, rank, findings);
      }
      for (const StoredTensor& tensor : opened)
        if (!names.contains(tensor.name))
          findings.add(detail::is_no_weight(tensor, opened) ? 'p' : 'e', tensor.name, tensor.name);
    }
  });
  const std::vector<std::uint64_t> all = communication.all_gather(own);
  detail::share(findings, communication, found.report);
  for (std::size_t i = 0; i < count; ++i) {
    SurveyedParameter& parameter = found.parameters[i];
    const auto wrong = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(),
                         [&](const auto& entry) { return entry.name == parameter.name; });
    };
    for (std::size_t rank = 0; rank < parameter.held.size(); ++rank) {
      const Index file = parameter.first_file + Index(rank);
      parameter.held[rank] =
          all[std::size_t(file % ranks) * own.size() + std::size_t(file / ranks) * count + i] != 0;
    }
    if (!parameter.fits || wrong(found.report.misshapen) || wrong(found.report.of_other_elements)) {
      parameter.fits = false;
      continue;
    }
    const std::string missing =
        missing_block(parameter.from, Index(parameter.held.size()),
                      [&](Index r) { return bool(parameter.held[std::size_t(r)]); });
    if (missing.empty()) continue;
    parameter.fits = false;
    const bool some = contains(parameter.held, true);
    found.report.missing.push_back(
        {parameter.name,
         some ? std::string(parameter.name).append(" ").append(missing) : parameter.name});
  }
  return found;
}

}  // namespace tenon
