// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/export.hpp declares.
#include <random>

#include <tenon/io/model_file/write_mindir.hpp>
#include <tenon/io/new_file.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/write_tensors.hpp>

namespace tenon {

namespace detail {

/// This rank's slices, and how they are cut over the ranks of its stage.
inline MindirPart part_of(const Parameters& parameters, Index rank, Index ranks,
                          Index ranks_of_stage) {
  MindirPart part{rank, ranks, {}, {}, {}};
  const Index place = rank % ranks_of_stage;
  for (const Parameters::Slice& slice : parameters.slices()) {
    part.layouts.push_back(mindir_layout(slice.name, slice.distribution, place, ranks_of_stage));
    const std::size_t count = std::size_t(slice.bytes(place));
    part.slices.emplace_back(slice.name, slice.element, part.layouts.back().slice_shape,
                             [&slice, count](const Pieces& write) {
                               write({reinterpret_cast<const char*>(slice.data), count});
                             });
  }
  return part;
}

}  // namespace detail

TENON_DECL void export_model(const NamedNetwork& network, const Parameters& parameters,
                             Index ranks_of_stage, Communication& communication,
                             const std::string& pattern) {
  const int rank = communication.rank(), ranks = communication.size();
  communication.together([&] {
    if (!has_number(pattern))
      throw Error(sentence(pattern, " names one file, and each rank has its own: put {} where the ",
                           "rank's number goes"));
  });
  std::random_device random;
  const std::uint64_t own = std::uint64_t(random()) << 32 | random();
  const std::uint64_t id = communication.all_gather({&own, 1})[0];
  NewFile file(numbered(pattern, rank));
  communication.together([&] {
    MindirPart part = detail::part_of(parameters, rank, ranks, ranks_of_stage);
    part.id = std::to_string(id);
    file.write([&](const std::string& path) {
      make_folder_of(path);
      write_mindir(path, network.graph, std::vector<TensorSource>(),
                   {network.inputs, network.outputs, part});
    });
  });
  communication.together([&] { file.take_name(); });
}

}  // namespace tenon
