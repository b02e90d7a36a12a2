// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The slices of a network's parameters that this rank holds: allocated once, filled by whoever
/// loads, read by every plan that places them the same way (other batches).
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tenon/backend/packed_forms.hpp>
#include <tenon/core/region.hpp>
#include <tenon/plan/plan.hpp>

namespace tenon {

class Parameters {
 public:
  /// The values in a device's memory, as they were at one version of them; 0: not there yet.
  struct DeviceCopy {
    std::shared_ptr<const void> device;    // whose memory it is
    Element element = Element::float32;  // as it is kept there
    std::shared_ptr<std::byte> memory = {};
    std::uint64_t version = 0;
  };
  struct Slice {
    std::string name;
    Distribution distribution;
    Element element;
    std::byte* own;         // memory for it; untouched while it is used in place
    const std::byte* data;  // where it is: in `own`, or where a file is mapped
    std::shared_ptr<const void> own_memory, mapped;                         // what these two are in
    std::unique_ptr<PackedForms> packed = std::make_unique<PackedForms>();  // for kernels
    std::uint64_t version = 1;  // another after each change of the values
    std::vector<DeviceCopy> on_device = {};  // of a backend whose memory is not the host's

    /// To be filled now: it is in its own memory, and programs read it anew when they run next.
    std::byte* to_fill() {
      changed();
      data = own;
      mapped.reset();
      return own;
    }
    /// From now on it is there.
    void use_in_place(const std::byte* place, std::shared_ptr<const void> file) {
      changed();
      data = place;
      mapped = std::move(file);
    }
    void changed() {
      ++version;
      packed->forget();
    }
    DeviceCopy& device_copy(const std::shared_ptr<const void>& device, Element kept) {
      for (DeviceCopy& copy : on_device)
        if (copy.device == device && copy.element == kept) return copy;
      return on_device.emplace_back(DeviceCopy{device, kept});
    }
    /// How many bytes `rank` has of it.
    Index bytes(Index rank) const { return volume(distribution.box(rank)) * tenon::bytes(element); }
  };

  Parameters(const PlanView& plan) {
    const auto memory = std::make_shared<Memory>(plan.parameters);
    for (const Buffer& b : plan.buffers)
      if (b.place == Buffer::Place::parameter)
        slices_.push_back({std::string(plan.name(b.name)), b.distribution, b.element,
                           memory->data() + b.offset, memory->data() + b.offset, memory, nullptr,
                           std::make_unique<PackedForms>()});
  }
  Parameters(Parameters&&) = default;  // movable; two of them never share what is written
  Parameters& operator=(Parameters&&) = default;
  std::vector<Slice>& slices() { return slices_; }
  const std::vector<Slice>& slices() const { return slices_; }

  /// The slice of that name and distribution; @throws Error where a plan places it otherwise.
  Slice& at(std::string_view name, const Distribution& distribution) {
    for (Slice& slice : slices_)
      if (slice.name == name && slice.distribution == distribution) return slice;
    throw Error(std::string("the plan places the parameter ")
                    .append(name)
                    .append(" otherwise than it was loaded"));
  }

  /// New memory for these slices, zeroed, of which nothing is touched; those in place stay there.
  /// Together, so that filling some touches no more (a first touch gives 2 MiB at once).
  void renew(std::span<Slice* const> slices, Index rank) {
    constexpr Index line = 64;
    Index bytes = 0;
    for (const Slice* slice : slices) bytes += (slice->bytes(rank) + line - 1) / line * line;
    const auto memory = std::make_shared<Memory>(bytes);
    Index first = 0;
    for (Slice* slice : slices) {
      slice->changed();
      if (!slice->mapped) slice->data = memory->data() + first;
      slice->own = memory->data() + first;
      slice->own_memory = memory;
      first += (slice->bytes(rank) + line - 1) / line * line;
    }
  }

  /// Every slice of that name, from the whole parameter. @throws Error when there is none, when its
  /// size or its elements differ.
  template <class T>
  void set(std::string_view name, std::span<const T> whole, Index rank) {
    bool found = false;
    for (Slice& slice : slices_) {
      if (slice.name != name) continue;
      found = true;
      const Dims& shape = slice.distribution.shape;
      if (product(shape) != Index(whole.size()) || slice.element != element_of<T>)
        throw Error(std::string("the parameter ")
                        .append(name)
                        .append(" is ")
                        .append(text(shape))
                        .append(" of ")
                        .append(text(slice.element))
                        .append(", not ")
                        .append(std::to_string(whole.size()))
                        .append(" of ")
                        .append(text(element_of<T>)));
      const Box held = slice.distribution.box(rank);
      if (volume(held) == 0) continue;
      T* data = reinterpret_cast<T*>(slice.to_fill());
      for_each_run(
          region(held, whole_box(shape)), region(held),
          [&](Index in, Index out, Index run) { std::copy_n(whole.data() + in, run, data + out); });
    }
    if (!found) throw Error(std::string("the network has no parameter ").append(name));
  }

 private:
  std::vector<Slice> slices_;
};

}  // namespace tenon
