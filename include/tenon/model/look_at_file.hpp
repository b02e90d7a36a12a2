// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One file of a checkpoint beside the network's parameters: what it has, and what is wrong with
/// it.
#include <tenon/model/findings.hpp>
#include <tenon/model/held_table.hpp>

namespace tenon::detail {

/// Whether a file that does not exist has nothing to hold: its blocks are all empty.
inline bool needs_no_file(const CheckpointFiles& files, const Survey& survey, Index file) {
  if (files.is_given() || ::access(files.path(file).c_str(), F_OK) == 0) return false;
  for (const SurveyedParameter& parameter : survey.parameters)
    for (const SurveyedPlace& place : parameter.places) {
      const Index rank = file - place.first_file;
      if (rank >= 0 && rank < Index(place.held.size()) && volume(place.from.box(rank)) > 0)
        return false;
    }
  return true;
}

/// Whether a file is of ranks that hold none of these parameters, as the strategy says.
inline bool is_of_others(const Survey& survey, Index file) {
  for (const SurveyedParameter& parameter : survey.parameters)
    for (const SurveyedPlace& place : parameter.places)
      if (file >= place.first_file && file < place.first_file + Index(place.held.size()))
        return false;
  return true;
}

/// Looks at one file.
inline void look_at(const TensorFile& opened, Index file, const Survey& survey, HeldTable& table,
                    Findings& findings, const std::string& strategy,
                    const std::vector<std::string>* of_others = nullptr) {
  for (std::size_t i = 0; i < survey.parameters.size(); ++i) {
    const SurveyedParameter& parameter = survey.parameters[i];
    bool expected = !parameter.fits;
    for (std::size_t p = 0; p < parameter.places.size(); ++p) {
      const SurveyedPlace& place = parameter.places[p];
      const Index rank = file - place.first_file;
      if (rank < 0 || rank >= Index(place.held.size())) continue;
      expected = true;
      const Held held = held_slice(opened, parameter, place, rank);
      table.set(survey.round(file), i, p, held);
      if (held == Held::another_shape || held == Held::other_elements)
        findings.add(
            held == Held::another_shape ? ReportList::misshapen : ReportList::of_other_elements,
            parameter.name,
            wrong_slice(opened, parameter, place, rank)
                .append(parameter.named
                            ? ""
                            : std::string(" (").append(strategy).append(" has no layout of it)")));
    }
    if (!expected && opened.find(parameter.name))
      findings.add(ReportList::misshapen, parameter.name,
                   std::string(opened.path())
                       .append(" has ")
                       .append(parameter.name)
                       .append(", which ")
                       .append(strategy)
                       .append(" puts on other ranks"));
  }
  for (const StoredTensor& tensor : opened)
    if (!survey.by_name.contains(tensor.name) && !(of_others && contains(*of_others, tensor.name)))
      findings.add(is_no_weight(tensor, opened) ? ReportList::passed_over : ReportList::extra,
                   tensor.name, tensor.name);
}

}  // namespace tenon::detail
