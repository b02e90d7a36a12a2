// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The first rank of a node reads what its ranks need, each byte once, and passes it on.
#include <tenon/core/slab.hpp>
#include <tenon/model/box_reader.hpp>
#include <tenon/model/held_table.hpp>
#include <tenon/run/parameters.hpp>

namespace tenon::detail {

/// Slab by slab: the reader holds 4 MiB that are not its own. Where it fails it goes on sending
/// what it has, for the others wait for their messages; then all ranks throw. Collective.
class NodeFilling {
 public:
  NodeFilling(Communication& communication, CheckpointFiles& files, const Survey& survey)
      : communication_(communication),
        node_(survey.readers.node),
        reader_(files, LoadWay::read_once_a_node),
        slab_(std::size_t(communication.rank() == node_.front() ? most_bytes : 0)) {}

  void fill(Parameters::Slice& slice, const SurveyedParameter& parameter) {
    std::vector<int> to_come = node_;
    while (!to_come.empty()) {  // the ranks that have one block
      const Box box = slice.distribution.box(to_come.front());
      std::vector<int> group;
      for (int rank : to_come)
        if (slice.distribution.box(rank) == box) group.push_back(rank);
      std::erase_if(to_come, [&](int rank) { return contains(group, rank); });
      fill(slice, parameter, box, group);
    }
  }
  void finish() const {
    if (failed_) std::rethrow_exception(failed_);
  }

 private:
  static constexpr Index most_bytes = Index(4) << 20;

  void fill(Parameters::Slice& slice, const SurveyedParameter& parameter, const Box& box,
            const std::vector<int>& group) {
    const int self = communication_.rank(), reader = node_.front();
    const bool mine = contains(group, self);
    if (!mine && self != reader) return;
    const Index size = bytes(slice.element);
    std::byte* to = mine ? slice.to_fill() : nullptr;
    for_each_slab(box, most_bytes / size, [&](const Box& part) {
      const Index count = volume(part) * size;
      std::byte* here = to ? to : slab_.data();
      if (self != reader) {
        communication_.receive({here, std::size_t(count)}, reader);
      } else {
        read(parameter, part, group.front(), here);
        for (int rank : group)
          if (rank != self) communication_.send({here, std::size_t(count)}, rank);
      }
      if (to) to += count;
    });
  }
  void read(const SurveyedParameter& parameter, const Box& part, Index rank, std::byte* to) {
    if (!failed_) try {
        reader_.read(parameter, parameter.place(), part, rank, to);
      } catch (...) {
        failed_ = std::current_exception();
      }
  }

  Communication& communication_;
  std::vector<int> node_;
  BoxReader reader_;
  std::vector<std::byte> slab_;
  std::exception_ptr failed_;
};

/// Collective.
inline void fill_by_node(Parameters& parameters, Communication& communication,
                         CheckpointFiles& files, Survey& survey) {
  std::unique_ptr<NodeFilling> filling;
  communication.together(
      [&] { filling = std::make_unique<NodeFilling>(communication, files, survey); });
  communication.together([&] {
    for (Parameters::Slice& slice : parameters.slices()) {
      const SurveyedParameter& parameter = survey.at(slice.name);
      if (!parameter.fits) continue;
      filling->fill(slice, parameter);
      survey.report.bytes_copied += slice.bytes(communication.rank());
    }
    filling->finish();
  });
}

}  // namespace tenon::detail
