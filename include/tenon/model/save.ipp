// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What model/save.hpp declares.
#include <tenon/core/slab.hpp>
#include <tenon/io/new_file.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/layout/record_of.hpp>
#include <tenon/model/gathering.hpp>

namespace tenon {

/// How the parameters are cut, in MindSpore's spelling, for whoever loads the slices.
/// @throws Error when a cut has no such spelling.
inline StrategyFile strategy_of(const Parameters& parameters, Index devices) {
  StrategyFile strategy{"", 2, {}, {}};
  for (const Parameters::Slice& slice : parameters.slices()) {
    if (strategy.find(slice.name)) continue;
    const std::optional<LayoutRecord> record = record_of(slice.distribution, devices);
    if (!record)
      throw Error(std::string(slice.name)
                      .append(" is cut over digits of the rank that no device matrix of ")
                      .append(std::to_string(devices))
                      .append(" ranks has: save it whole"));
    strategy.layouts.push_back({slice.name, *record});
  }
  return strategy;
}

namespace detail {

inline void save_tensors(const std::string& path, const std::vector<TensorSource>& tensors,
                         const SaveOptions& options) {
  make_folder_of(path);
  write_tensors(path, tensors, {.checksum = options.checksum});
}

/// The first slice of every name.
inline std::vector<const Parameters::Slice*> each_once(const Parameters& parameters) {
  std::vector<const Parameters::Slice*> slices;
  for (const Parameters::Slice& slice : parameters.slices()) {
    bool known = false;
    for (const Parameters::Slice* other : slices) known = known || other->name == slice.name;
    if (!known) slices.push_back(&slice);
  }
  return slices;
}

/// This rank's own slices; empty blocks are left out.
inline std::vector<TensorSource> own_slices(const Parameters& parameters, Index rank) {
  std::vector<TensorSource> tensors;
  for (const Parameters::Slice* slice : each_once(parameters))
    if (const std::size_t count = std::size_t(slice->bytes(rank)))
      tensors.emplace_back(slice->name, slice->element, sizes(slice->distribution.box(rank)),
                           [slice, count](const Pieces& write) {
                             write({reinterpret_cast<const char*>(slice->data), count});
                           });
  return tensors;
}

/// Every rank writes its slices; when all have, the files take their names, the strategy last.
inline void save_slices(const Parameters& parameters, Communication& communication,
                        const std::string& pattern, const SaveOptions& options) {
  const int rank = communication.rank();
  NewFile file(numbered(pattern, rank)), strategy(options.strategy);
  const bool has_strategy = rank == 0 && !options.strategy.empty();
  communication.together([&] {
    std::vector<TensorSource> tensors = own_slices(parameters, rank);
    if (!tensors.empty()) {  // a rank whose blocks are all empty has no file
      tensors.insert(tensors.end(), options.appended.begin(), options.appended.end());
      file.write([&](const std::string& path) { save_tensors(path, tensors, options); });
    }
    if (has_strategy)
      strategy.write([&](const std::string& path) {
        write_strategy(path, strategy_of(parameters, communication.size()));
      });
  });
  communication.together([&] { file.take_name(); });
  communication.together([&] {
    if (has_strategy) strategy.take_name();
  });
}

/// Rank 0 writes all parameters whole, 4 MiB after 4 MiB, in the order of the format: before each
/// it says which. Where it cannot write, it takes what the others still send, and all ranks throw.
inline void save_whole(const Parameters& parameters, Communication& communication,
                       const std::string& path, const SaveOptions& options) {
  constexpr Index most = Index(4) << 20;
  const std::vector<const Parameters::Slice*> slices = each_once(parameters);
  std::vector<std::byte> slab, staging;
  communication.together([&] {
    slab.reserve(std::size_t(most));
    staging.reserve(std::size_t(most));
  });
  const auto next = [&](std::uint64_t number) { return communication.all_gather({&number, 1})[0]; };
  const auto gather = [&](const Parameters::Slice& slice, const Pieces& write) {
    Gathering gathering(communication, slice, staging);
    std::exception_ptr failed;
    for_each_slab(whole_box(slice.distribution.shape), most / bytes(slice.element),
                  [&](const Box& part) {
                    gathering.part(part, slab);
                    try {
                      if (!failed) write({reinterpret_cast<const char*>(slab.data()), slab.size()});
                    } catch (...) {
                      failed = std::current_exception();
                    }
                  });
    if (failed) std::rethrow_exception(failed);
  };
  communication.together([&] {
    if (communication.rank() != 0) {
      while (const std::uint64_t number = next(0)) gather(*slices[number - 1], [](auto) {});
      return;
    }
    std::vector<TensorSource> tensors;
    for (std::size_t i = 0; i < slices.size(); ++i)
      tensors.emplace_back(slices[i]->name, slices[i]->element, slices[i]->distribution.shape,
                           [&, i](const Pieces& write) {
                             next(i + 1);
                             gather(*slices[i], write);
                           });
    tensors.insert(tensors.end(), options.appended.begin(), options.appended.end());
    std::exception_ptr failed;
    try {
      save_tensors(path, tensors, options);
    } catch (...) {
      failed = std::current_exception();
    }
    next(0);
    if (failed) std::rethrow_exception(failed);
  });
}

}  // namespace detail

TENON_DECL void save_checkpoint(const Parameters& parameters, Communication& communication,
                            const std::string& path, const SaveOptions& options) {
  communication.together([&] {
    if (options.integrated_save && has_number(path))
      throw Error(std::string(path).append(
          " is to be one file of whole parameters, but {} stands for several: say "
          "integrated_save = false"));
    if (!options.integrated_save) files_of(path, communication.size());
  });
  if (options.integrated_save) return detail::save_whole(parameters, communication, path, options);
  detail::save_slices(parameters, communication, path, options);
}

}  // namespace tenon
