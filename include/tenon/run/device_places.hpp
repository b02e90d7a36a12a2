// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a plan's buffers are on a device, and where in the host's memory what goes there and comes
/// from there is staged. All of that is allocated here, before anything is loaded.
#include <cstring>

#include <tenon/run/any_execution.hpp>
#include <tenon/run/device_memory.hpp>
#include <tenon/run/parameters.hpp>
#include <tenon/run/prepared_step.hpp>

namespace tenon::detail {

/// A parameter on the device, shared by all programs of the network.
struct DeviceParameter {
  int buffer;
  Parameters::Slice* slice;
  Element element;
  Device::Memory memory;

  Index bytes(Index rank) const {
    return volume(slice->distribution.box(rank)) * tenon::bytes(element);
  }
  /// The values that the host has now, if they are others. @return they are: arrived() is to be
  /// called when the device has waited, so that values that did not arrive are brought again.
  bool bring(const std::shared_ptr<Device>& device, Index rank) const {
    Parameters::DeviceCopy& copy = slice->device_copy(device, element);
    if (copy.version == slice->version) return false;
    copy.version = 0;
    device->fill(memory.get(), element, slice->data, slice->element,
                 volume(slice->distribution.box(rank)));
    return true;
  }
  void arrived(const std::shared_ptr<Device>& device) const {
    slice->device_copy(device, element).version = slice->version;
  }
};

/// Where parameters are already, of other programs of the network; null: nowhere.
inline const Device* device_of(const Parameters& parameters) {
  for (const Parameters::Slice& slice : parameters.slices())
    if (!slice.on_device.empty())
      return static_cast<const Device*>(slice.on_device.back().device.get());
  return nullptr;
}

class DevicePlaces {
 public:
  /// An input or an output; an output lies among the buffers.
  struct Staged {
    int buffer;
    Index bytes;
    Device::Memory memory, staging;
  };

  Places at;  // of each buffer
  std::vector<DeviceParameter> parameters;
  std::vector<Staged> inputs, outputs;
  Device::Memory given, taken;  // of a staged exchange; one runs after the other

  /// Finds the parameters on the device. @return how many bytes of them are there already, of
  /// other programs of the network
  Index find(const PlanView& plan, Index rank, const Backend& backend, Parameters& all,
             const std::shared_ptr<Device>& device) {
    Index there = 0;
    at.resize(plan.buffers.size());
    for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
      const Buffer& b = plan.buffers[i];
      kept_.push_back(b.element);
      if (b.place != Buffer::Place::parameter) continue;
      kept_[i] = kept_as(plan, int(i), backend);
      Parameters::Slice& slice = all.at(plan.name(b.name), b.distribution);
      parameters.push_back(
          {int(i), &slice, kept_[i], slice.device_copy(device, kept_[i]).memory});
      if (parameters.back().memory) there += parameters.back().bytes(rank);
    }
    return there;
  }
  /// @pre find(). @param staged which steps are exchanges that are staged
  /// @throws Error where the device has too little memory.
  void reserve(const PlanView& plan, Index rank, Index scratch,
               const std::shared_ptr<Device>& shared_device, const std::vector<bool>& staged) {
    Device& device = *shared_device;
    Index filled = 0;
    for (DeviceParameter& p : parameters) {
      Device::Memory& shared = p.slice->device_copy(shared_device, p.element).memory;
      if (!shared) shared = device.allocate(p.bytes(rank));
      p.memory = shared;
      place(p.buffer) = p.memory.get();
      filled = std::max(filled, p.bytes(rank));
    }
    device.reserve(scratch, filled);
    arena_ = device.allocate(plan.arena);
    given = device.allocate_staging(exchange_bytes(plan, rank, true, staged));
    taken = device.allocate_staging(exchange_bytes(plan, rank, false, staged));
    for (int id : plan.inputs) {
      const Index bytes = block_bytes(plan, id, rank);
      inputs.push_back({id, bytes, device.allocate(bytes), device.allocate_staging(bytes)});
      place(id) = inputs.back().memory.get();
    }
    stage_output(plan, plan.output, rank, device);
    for (int id : plan.further) stage_output(plan, id, rank, device);
    for (std::size_t i = 0; i < at.size(); ++i)
      if (plan.buffers[i].place == Buffer::Place::arena && arena_)
        at[i] = arena_.get() + plan.buffers[i].offset;
    for (const Step& step : plan.steps)
      if (step.kind == Step::Kind::view) {
        const Buffer& y = plan.buffer(step.output);
        place(step.output) = place(step.inputs[0]) + bytes_behind(y, plan.buffer(y.base), rank);
      }
  }

  std::byte*& place(int buffer) { return at[std::size_t(buffer)]; }
  /// A buffer's block on this rank, as it is kept there.
  Block block(const PlanView& plan, int id, Index rank) {
    const Buffer& b = plan.buffer(id);
    return {place(id), b.distribution.box(rank), kept_[std::size_t(id)], b.distribution.shape};
  }

  void bring_inputs(std::span<const void* const> from) const {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].bytes)
        std::memcpy(inputs[i].staging.get(), from[i], std::size_t(inputs[i].bytes));
  }
  void bring_parameters(const std::shared_ptr<Device>& device, Index rank) const {
    std::vector<const DeviceParameter*> brought;
    for (const DeviceParameter& parameter : parameters)
      if (parameter.bring(device, rank)) brought.push_back(&parameter);
    if (brought.empty()) return;
    device->wait();
    for (const DeviceParameter* parameter : brought) parameter->arrived(device);
  }
  const std::byte* result(int buffer) const {
    for (const Staged& output : outputs)
      if (output.buffer == buffer) return output.staging.get();
    return nullptr;
  }

 private:
  void stage_output(const PlanView& plan, int id, Index rank, Device& device) {
    const Index bytes = block_bytes(plan, id, rank);
    outputs.push_back({id, bytes, {}, device.allocate_staging(bytes)});
  }

  std::vector<Element> kept_;  // of each buffer
  Device::Memory arena_;
};

}  // namespace tenon::detail
