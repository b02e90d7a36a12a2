// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What every file has of every parameter, as all ranks know it after looking at their shares.
#include <map>

#include <tenon/model/readers.hpp>
#include <tenon/model/surveyed_parameter.hpp>

namespace tenon {

struct Survey {
  std::vector<SurveyedParameter> parameters;  // in the network's order, each name once
  std::map<std::string, std::size_t, std::less<>> by_name;
  Readers readers;
  LoadReport report;

  const SurveyedParameter& at(std::string_view name) const {
    return parameters[by_name.find(name)->second];
  }
  /// The share of the i-th file: who reads it, and in which of its rounds.
  Index reader(Index file) const { return file % readers.count(); }
  Index round(Index file) const { return file / readers.count(); }
  Index rounds(Index files) const { return (files + readers.count() - 1) / readers.count(); }
};

namespace detail {

/// Two bits for what each file has of each parameter in each place.
class HeldTable {
 public:
  HeldTable(const Survey& survey, Index files) {
    for (const SurveyedParameter& parameter : survey.parameters) {
      first_.push_back(slots_);
      slots_ += parameter.places.size();
    }
    words_.resize((slots_ * std::size_t(survey.rounds(files)) + 31) / 32);
  }
  void set(Index round, std::size_t parameter, std::size_t place, Held held) {
    const std::size_t i = index(round, parameter, place);
    words_[i / 32] |= std::uint64_t(held) << i % 32 * 2;
  }
  /// From now on those of all ranks.
  void gather(Communication& communication) { all_ = communication.all_gather(words_); }
  Held of(int rank, Index round, std::size_t parameter, std::size_t place) const {
    const std::size_t i = index(round, parameter, place);
    return Held(all_[std::size_t(rank) * words_.size() + i / 32] >> i % 32 * 2 & 3);
  }

 private:
  std::size_t index(Index round, std::size_t parameter, std::size_t place) const {
    return std::size_t(round) * slots_ + first_[parameter] + place;
  }
  std::vector<std::size_t> first_;
  std::size_t slots_ = 0;
  std::vector<std::uint64_t> words_, all_;
};

}  // namespace detail
}  // namespace tenon
