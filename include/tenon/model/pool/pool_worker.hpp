// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a pool knows of one worker: its process, the pipe to it, and what came out of it.
#include <optional>

#include <tenon/model/pool/channel.hpp>
#include <tenon/model/pool/child_process.hpp>
#include <tenon/model/pool/pool_message.hpp>
#include <tenon/model/pool/row_slices.hpp>
#include <tenon/model/pool/shared_memory.hpp>

namespace tenon {

/// By which a worker finds its pool: its number, and two descriptors.
inline constexpr const char* pool_variable = "TENON_WORKER";

class PoolWorker {
 public:
  /// `asked`: something is expected of it.
  enum State { absent, asked, ready };

  explicit PoolWorker(int number) : number_(number) {}
  int number() const { return number_; }
  State state() const { return state_; }
  const ChildProcess* process() const { return process_ ? &*process_ : nullptr; }
  const PoolChannel& channel() const { return channel_; }
  /// What is said behind its name: ": bad weather", " was ended by ..."; empty without one.
  const std::string& failure() const { return failure_; }
  /// What a REPLY says.
  std::span<const SentTensor> outputs() const { return outputs_; }

  RowSlice slice;  // of the batch; who has none is not asked

  /// It builds its model from then on.  @throws Error where it cannot be started.
  void start(const std::vector<std::string>& command, std::vector<std::string> environment,
             const SharedMemory& memory) {
    auto [own, others] = PoolChannel::pair();
    environment.push_back(
        sentence(pool_variable, "=", number_, " ", others.number(), " ", memory.number()));
    process_.emplace(command, environment_with(environment),
                     std::vector<int>{others.number(), memory.number()});
    channel_ = std::move(own);
    failure_.clear();
    expect(MessageKind::BUILD_FINISH, 0, "while it built its model");
  }
  void ask(const PoolMessage& message, std::string_view what, Deadline deadline) {
    outputs_.clear();
    failure_.clear();
    expect(MessageKind::REPLY, message.request(), what);
    if (!channel_.send(message.bytes(), deadline)) lose();
  }
  /// Takes what has come, if anything has.
  void look(PoolMessage& room) {
    const ssize_t received = channel_.receive(room.room());
    if (received == PoolChannel::none_yet) return;
    if (received == PoolChannel::closed) return lose();
    try {
      room.check(std::size_t(received));
      take(room);
    } catch (const Error& error) {
      drop(sentence(" sent ", plain(error.what()), ","));
    }
  }
  /// It is killed, if it still lives.
  void drop(std::string_view why) {
    if (process_) process_->end({});
    leave(sentence(why, " ", what_));
  }
  void say_exit() {
    PoolMessage message;
    message.start(MessageKind::EXIT);
    if (process_) channel_.send(message.bytes(), deadline_after(std::chrono::milliseconds(100)));
  }
  void leave_within(std::chrono::milliseconds longest) {
    if (process_) process_->end(longest);
    leave({});
  }

 private:
  static std::string plain(std::string text) { return std::string(Error::unlabelled(text)); }
  void expect(MessageKind kind, std::uint64_t request, std::string_view what) {
    state_ = asked, expected_ = kind, request_ = request, what_ = what;
  }
  void leave(std::string why) {
    process_.reset();
    channel_ = PoolChannel();
    state_ = absent;
    failure_ = std::move(why);
  }
  /// Its pipe is closed: it has ended, or is about to.
  void lose() {
    const std::string how = process_->end(std::chrono::seconds(1));
    leave(sentence(" ", how == "had to be ended" ? "closed its pipe" : how, " ", what_));
  }
  void take(const PoolMessage& message) {
    const bool is_error = message.kind() == MessageKind::ERROR;
    if ((message.kind() != expected_ && !is_error) || message.request() != request_)
      throw Error("a message that nobody asked for");
    outputs_.assign(message.outputs().begin(), message.outputs().end());
    state_ = ready;
    if (!is_error) return;
    const std::string text = plain(std::string(message.text()));
    failure_ = sentence(": ", text.empty() ? "an error without a text" : text);
    if (expected_ != MessageKind::BUILD_FINISH) return;
    process_->end({});
    leave(sentence(" did not build its model", std::string(failure_)));
  }

  int number_;
  State state_ = absent;
  std::optional<ChildProcess> process_;
  PoolChannel channel_;
  MessageKind expected_ = MessageKind::BUILD_FINISH;
  std::uint64_t request_ = 0;
  std::string what_, failure_;
  std::vector<SentTensor> outputs_;
};

}  // namespace tenon
