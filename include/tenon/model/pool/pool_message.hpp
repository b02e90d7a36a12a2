// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a pool and its workers say to each other, one packet a message:
///   PoolMessage message;  message.start(MessageKind::BUILD_FINISH);  channel.send(message.bytes())
/// A worker answers BUILD_FINISH, or ERROR with a text; PREDICT says where inputs lie in the shared
/// memory and where outputs go, REPLY what the outputs are; EXIT ends the worker.
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <tenon/model/pool/pool_tensor.hpp>

namespace tenon {

enum class MessageKind : std::uint32_t {
  ERROR = 0,
  PREDICT = 1,
  REPLY = 2,
  BUILD_FINISH = 3,
  EXIT = 4
};

/// A tensor in a message; its values lie in the shared memory.
struct SentTensor {
  static constexpr std::int64_t nowhere = -1;
  static constexpr std::size_t most_name_bytes = 255;

  std::array<char, most_name_bytes + 1> letters{};
  std::uint32_t element = 0, dimensions = 0;
  std::array<std::int64_t, max_dimensions> sizes{};
  std::int64_t offset = nowhere, bytes = 0;

  bool operator==(const SentTensor&) const = default;

  /// @throws Error when the name is too long, or the shape cannot be.
  static SentTensor of(const PoolTensor& tensor, Index offset) {
    if (tensor.name.size() > most_name_bytes)
      throw Error(sentence("a pool's tensor has a name of ", tensor.name.size(),
                           " bytes; legal: ", most_name_bytes, " at most"));
    SentTensor sent;
    std::copy(tensor.name.begin(), tensor.name.end(), sent.letters.begin());
    sent.element = std::uint32_t(tensor.element);
    sent.dimensions = std::uint32_t(tensor.shape.size());
    std::copy(tensor.shape.begin(), tensor.shape.end(), sent.sizes.begin());
    sent.offset = offset, sent.bytes = checked_bytes(tensor);
    return sent;
  }
  std::string_view name() const { return letters.data(); }
  Dims shape() const {
    Dims shape;
    for (std::uint32_t i = 0; i < dimensions; ++i) shape.push_back(sizes[i]);
    return shape;
  }
  /// @param memory where the offset counts from; null: no values
  PoolTensor at(const std::byte* memory) const {
    PoolTensor tensor{name(), Element(element), shape(), {}};
    if (memory && offset != nowhere) tensor.data = {memory + offset, std::size_t(bytes)};
    return tensor;
  }
  /// Whoever sent it may have sent anything.
  bool is_sound() const {
    if (letters.back() != 0 || dimensions > std::uint32_t(max_dimensions)) return false;
    if (element > std::uint32_t(Element::int4x2)) return false;
    return offset >= nowhere && size_in_bytes(shape(), Element(element)) == Index(bytes);
  }
};

class PoolMessage {
 public:
  static constexpr std::size_t most_tensors = 128, most_text_bytes = 8192;

  void start(MessageKind kind, std::uint64_t request = 0) {
    head() = {.kind = std::uint32_t(kind), .request = request};
  }
  /// Inputs first, then outputs.  @throws Error when they are too many.
  void add_input(const SentTensor& tensor) { add(tensor), ++head().inputs; }
  void add_output(const SentTensor& tensor) { add(tensor), ++head().outputs; }
  /// At last; cut where it is too long.
  void add_text(std::string_view text) {
    const std::size_t end = bytes().size();
    text = text.substr(0, most_text_bytes);
    std::memcpy(storage_.data() + end, text.data(), text.size());
    head().text = std::uint32_t(text.size());
  }

  MessageKind kind() const { return MessageKind(head().kind); }
  std::uint64_t request() const { return head().request; }
  std::span<const SentTensor> inputs() const { return {tensors(), head().inputs}; }
  std::span<const SentTensor> outputs() const {
    return {tensors() + head().inputs, head().outputs};
  }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(tensors() + head().inputs + head().outputs), head().text};
  }
  std::span<const std::byte> bytes() const {
    const std::size_t count = std::size_t(head().inputs) + head().outputs;
    return {storage_.data(), sizeof(Head) + count * sizeof(SentTensor) + head().text};
  }

  /// Where a packet is received; then check() says whether it is a message.
  std::span<std::byte> room() { return storage_; }
  /// @param received bytes of room(), of which nothing is believed.
  /// @throws Error that says what is wrong.
  void check(std::size_t received) const {
    if (received < sizeof(Head) || head().magic != Head().magic)
      wrong("no message of this version");
    if (head().kind > std::uint32_t(MessageKind::EXIT)) wrong(sentence("the kind ", head().kind));
    if (head().inputs > most_tensors || head().outputs > most_tensors - head().inputs ||
        head().text > most_text_bytes || bytes().size() != received)
      wrong(sentence("a message of ", received, " bytes that says another size"));
    for (const auto& tensors : {inputs(), outputs()})
      for (const SentTensor& tensor : tensors)
        if (!tensor.is_sound()) wrong("a tensor whose name, type or shape is none");
  }

 private:
  struct Head {
    std::uint64_t magic = 0x31306c6f6f706e74;
    std::uint32_t kind = 0, inputs = 0, outputs = 0, text = 0;
    std::uint64_t request = 0;
  };
  [[noreturn]] static void wrong(std::string_view what) { throw Error(std::string(what)); }
  void add(const SentTensor& tensor) {
    if (head().inputs + head().outputs == most_tensors)
      throw Error(sentence("a model has more than ", most_tensors, " inputs and outputs"));
    std::memcpy(storage_.data() + bytes().size(), &tensor, sizeof tensor);
  }
  Head& head() { return *reinterpret_cast<Head*>(storage_.data()); }
  const Head& head() const { return *reinterpret_cast<const Head*>(storage_.data()); }
  const SentTensor* tensors() const {
    return reinterpret_cast<const SentTensor*>(storage_.data() + sizeof(Head));
  }

  // One byte more than the longest: a longer packet is seen.
  std::vector<std::byte> storage_ = std::vector<std::byte>(
      sizeof(Head) + most_tensors * sizeof(SentTensor) + most_text_bytes + 1);
};

}  // namespace tenon
