// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Memory of a device that the devices of other ranks of the node read, without the host's between:
///   auto own = peers->share(4096, readers);  send(peers->name_of(own));                on rank 0
///   auto x = peers->open(name);  device->adding(element, {{x.get(), region}}, to)      on rank 1
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <tenon/core/region.hpp>

namespace tenon {

/// How the devices of a node's ranks exchange.
enum class DeviceExchange {
  automatic,  // peer where every two of them can, and staged where not
  staged,     // in the host's memory
  peer,       // by reading each other's memory; an error where two of them cannot
};

/// A region of what begins somewhere in the memory of a device, or of another that it reads.
struct Addend {
  const std::byte* data;
  Region from;
};

class PeerMemory {
 public:
  using Memory = std::shared_ptr<std::byte>;
  /// How another rank finds memory: numbers, to be sent there.
  using Name = std::array<std::uint64_t, 14>;

  virtual ~PeerMemory() = default;
  /// Of the calling thread, and of no other that it could meet.
  virtual std::uint64_t number() const = 0;
  /// Of this device, for readers that have this number. When nobody here holds it any more it is
  /// kept for the next who ask with that number, in the whole process, since nobody knows when the
  /// readers have ended: it is never freed. @pre who asks does so together with the readers, who
  /// have read what they wanted of the memory before
  virtual Memory share(Index bytes, std::uint64_t readers) = 0;
  /// It is freed after all where share() made it: no reader has it open any more. What others had
  /// before is kept.
  virtual void withdraw(Memory memory) = 0;
  /// What share() takes of the device's memory for so many bytes, at most.
  virtual Index bytes_of(Index bytes) const = 0;
  virtual Name name_of(const Memory& memory) const = 0;
  /// Another rank's, for this device to read while somebody here holds it.
  /// @throws Error that says which two devices cannot, and why.
  virtual Memory open(const Name& name) = 0;
};

}  // namespace tenon
