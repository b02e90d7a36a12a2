// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The other side of a WorkerPool, in the program that its command starts:
///   if (is_pool_worker())
///     return serve_worker([](int worker) { return Classifier(worker); }) ? 0 : 1;
/// with  std::vector<PoolTensor> Classifier::predict(std::span<const PoolTensor> inputs)
#include <cstdio>
#include <cstdlib>

#include <tenon/model/pool/pool_server.hpp>
#include <tenon/model/pool/pool_watch.hpp>
#include <tenon/model/pool/pool_worker.hpp>

namespace tenon {

/// Whether a WorkerPool has started this process.
inline bool is_pool_worker() { return std::getenv(pool_variable) != nullptr; }

/// Builds a model, tells the pool, and answers until it is told to exit.
/// @param build is called with the worker's number. Its model's predict takes
/// std::span<const PoolTensor> and returns a range of PoolTensor, whose names and values stay until
/// the next call; what it throws reaches the pool's caller.
/// @return whether EXIT came; false: the model could not be built, or the pool is gone.
/// @throws Error where the process was not started by a pool.
bool serve_worker(auto&& build) {
  const char* said = std::getenv(pool_variable);
  int number = -1, pipe = -1, shared = -1;
  if (!said || std::sscanf(said, "%d %d %d", &number, &pipe, &shared) != 3 || pipe < 0 ||
      ::fcntl(pipe, F_SETFD, FD_CLOEXEC) != 0 || ::fcntl(shared, F_SETFD, FD_CLOEXEC) != 0)
    throw Error("this process is no worker: no WorkerPool has started it");
  const PoolChannel channel(pipe);
  SharedMemory memory(shared);
  const PoolWatch watch(channel);
  PoolMessage message;
  const auto send = [&] { return channel.send(message.bytes(), Deadline::max()); };
  /// What an action throws is said to the pool.
  const auto safely = [&](std::uint64_t request, auto&& action) {
    std::string text = "an error that is no std::exception";
    try {
      action();
      return true;
    } catch (const std::exception& error) {
      text = error.what();
    } catch (...) {
    }
    message.start(MessageKind::ERROR, request);
    message.add_text(text);
    return false;
  };

  using Model = std::decay_t<decltype(build(number))>;
  std::optional<Model> model;
  const bool is_built = safely(0, [&] {
    model.emplace(build(number));
    message.start(MessageKind::BUILD_FINISH);
  });
  if (!send() || !is_built) return false;
  PoolServer<Model> server(*model, memory);
  for (;;) {
    const ssize_t received = channel.next(message.room());
    if (received == PoolChannel::closed) return false;
    std::uint64_t request = 0;
    const bool is_sound = safely(0, [&] { message.check(std::size_t(received)); });
    if (is_sound && message.kind() == MessageKind::EXIT) return true;
    if (is_sound) request = message.request();
    if (is_sound) safely(request, [&] { server.answer(message); });
    if (!send() || !is_sound) return false;
  }
}

}  // namespace tenon
