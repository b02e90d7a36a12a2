// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The files that model/save.hpp writes: the slices of each rank, or all parameters whole.
#include <functional>

#include <tenon/core/slab.hpp>
#include <tenon/io/new_file.hpp>
#include <tenon/io/pattern.hpp>
#include <tenon/io/strategy.hpp>
#include <tenon/io/write_tensors.hpp>
#include <tenon/model/gathering.hpp>
#include <tenon/model/save_options.hpp>

namespace tenon::detail {

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

/// The strategy file that a rank writes; none without a path.
struct StrategyToSave {
  std::string path;
  std::function<StrategyFile()> make;
};

/// Every rank writes its slices; when all have, the files take their names, the strategy last.
/// @param place the rank's number among those that the parameters are cut over.
inline void save_slices(const Parameters& parameters, Index place, Communication& communication,
                        const std::string& pattern, const SaveOptions& options,
                        const StrategyToSave& told) {
  NewFile file(numbered(pattern, communication.rank())), strategy(told.path);
  communication.together([&] {
    std::vector<TensorSource> tensors = own_slices(parameters, place);
    if (!tensors.empty()) {  // a rank whose blocks are all empty has no file
      tensors.insert(tensors.end(), options.appended.begin(), options.appended.end());
      file.write([&](const std::string& path) { save_tensors(path, tensors, options); });
    }
    if (!told.path.empty())
      strategy.write([&](const std::string& path) {
        make_folder_of(path);
        write_strategy(path, told.make());
      });
  });
  communication.together([&] { file.take_name(); });
  communication.together([&] {
    if (!told.path.empty()) strategy.take_name();
  });
}

/// Rank 0 writes all parameters whole, 4 MiB after 4 MiB, in the order of the format: before each
/// it says which. Where it cannot write, it takes what the others still send, and all ranks throw.
/// @param all the same on every rank, but for its data.
inline void save_whole(const std::vector<HeldParameter>& all, Communication& communication,
                       const std::string& path, const SaveOptions& options) {
  constexpr Index most = Index(4) << 20;
  std::vector<std::byte> slab, staging;
  communication.together([&] {
    slab.reserve(std::size_t(most));
    staging.reserve(std::size_t(most));
  });
  const auto next = [&](std::uint64_t number) { return communication.all_gather({&number, 1})[0]; };
  const auto gather = [&](const HeldParameter& held, const Pieces& write) {
    Gathering gathering(communication, held, staging);
    std::exception_ptr failed;
    for_each_slab(whole_box(held.distribution.shape), most / bytes(held.element),
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
      while (const std::uint64_t number = next(0)) gather(all[number - 1], [](auto) {});
      return;
    }
    std::vector<TensorSource> tensors;
    for (std::size_t i = 0; i < all.size(); ++i)
      tensors.emplace_back(all[i].name, all[i].element, all[i].distribution.shape,
                           [&, i](const Pieces& write) {
                             next(i + 1);
                             gather(all[i], write);
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

}  // namespace tenon::detail
