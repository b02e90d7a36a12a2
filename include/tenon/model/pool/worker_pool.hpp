// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A model in several processes of this machine, each with a part of the batch:
///   WorkerPool pool({.workers = 2, .command = {"./classify", "--worker"}});
///   pool.build();                                            // each worker builds its model
///   auto logits = pool.predict({{pool_tensor<float>("x", {256, 784}, pixels)}})[0].as<float>();
/// The program in `command` calls serve_worker (tenon/model/pool/serve_worker.hpp).
#include <deque>

#include <tenon/model/pool/pool_inputs.hpp>
#include <tenon/model/pool/pool_outputs.hpp>
#include <tenon/model/pool/waiting_for_workers.hpp>

namespace tenon {

struct PoolOptions {
  int workers = 1;
  std::vector<std::string> command = {};  // a program and its arguments
  /// Of each worker, besides this process's: {{"CUDA_VISIBLE_DEVICES=0"}, {"CUDA_..."}}; a name
  /// without "=" is taken away. As many as there are workers, or fewer.
  std::vector<std::vector<std::string>> environment = {};
  /// Inputs that every worker gets whole, and outputs that are the same on all of them.
  std::vector<std::string> without_batch = {};
  /// Of a build and of a predict; who takes longer is ended. 0: without end. Whoever dies is
  /// noticed at once in any case.
  std::chrono::nanoseconds patience{0};
};

/// For one thread at a time. Workers end with the pool, and with its process however that ends.
class WorkerPool {
 public:
  /// Starts the workers.  @throws Error where one cannot be started.
  explicit WorkerPool(PoolOptions options) : options_(std::move(options)) {
    if (options_.workers < 1 || options_.workers > most_workers)
      throw Error(sentence("a pool of ", options_.workers, " workers; legal: 1 to ", most_workers));
    for (int i = 0; i < options_.workers; ++i) start(workers_.emplace_back(i));
  }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  /// Says EXIT to all; who has not ended after two seconds is killed.
  ~WorkerPool() {
    for (PoolWorker& worker : workers_) worker.say_exit();
    const Deadline deadline = deadline_after(std::chrono::seconds(2));
    for (PoolWorker& worker : workers_)
      worker.leave_within(
          std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(
                                                     deadline - std::chrono::steady_clock::now())));
  }

  int size() const { return options_.workers; }
  /// -1: it has ended. The next build or predict starts another one.
  ::pid_t process_of(int worker) const {
    const ChildProcess* process = workers_.at(std::size_t(worker)).process();
    return process ? process->id() : -1;
  }

  /// Waits until every worker has built its model; starts those again that have ended.
  /// @throws Error with the number and the text of those who could not.
  void build() {
    asked_.clear();
    for (PoolWorker& worker : workers_) {
      if (worker.state() == PoolWorker::absent) start(worker);
      if (worker.state() == PoolWorker::asked) asked_.push_back(&worker);
    }
    waiting_.wait(asked_, options_.patience);
  }

  /// Memory of the workers for an input: what is written there is not copied by predict(). It stays
  /// until a larger one of this name is asked for.
  template <class T>
  std::span<T> input(std::string_view name, const Dims& shape) {
    const Index bytes = checked_bytes({name, element_of<T>, shape, {}});
    return {reinterpret_cast<T*>(memory_.data() + place_of(name, bytes)),
            std::size_t(bytes) / sizeof(T)};
  }
  /// A copy of an input in that memory.
  PoolTensor input(PoolTensor values) {
    const Index bytes = Index(values.data.size());
    std::byte* to = memory_.data() + place_of(values.name, bytes);
    if (bytes) std::memmove(to, values.data.data(), values.data.size());
    values.data = {to, values.data.size()};
    return values;
  }

  /// The outputs, as one model gives them for the whole batch: each worker gets a balanced part of
  /// the rows, or none. Valid until the next call. Inputs are copied once, or not at all: input().
  /// @throws Error with the number and the text of the workers that failed, or how they ended; the
  /// next call goes on, with new workers for those that have ended.
  std::span<const PoolTensor> predict(std::span<const PoolTensor> inputs) {
    const Index rows = rows_of(inputs, options_.without_batch);
    build();
    asked_.clear();
    for (PoolWorker& worker : workers_) {
      worker.slice = rows ? slice_of(worker.number(), size(), rows) : RowSlice();
      if (worker.slice.rows() || (!rows && worker.number() == 0)) asked_.push_back(&worker);
    }
    ++request_;
    inputs_.place(inputs, options_.without_batch, slots_, memory_);
    ask(rows, [&](const PoolWorker& worker) { inputs_.add(message_, worker.slice, memory_); });
    if (!outputs_.are_there(asked_)) {  // they lie where the workers made them
      outputs_.learn(asked_, options_.without_batch, rows > 0);
      ask(rows, [](const PoolWorker&) {});
      if (!outputs_.are_there(asked_))
        throw Error("the workers' outputs changed while they were asked for");
    }
    return outputs_.values(asked_, memory_);
  }
  std::span<const PoolTensor> predict(std::initializer_list<PoolTensor> inputs) {
    return predict(std::span(inputs.begin(), inputs.size()));
  }

 private:
  static constexpr int most_workers = 1024;

  Index place_of(std::string_view input, Index bytes) {
    return slots_.place(PoolInputs::slot(input), bytes, memory_);
  }
  void start(PoolWorker& worker) {
    const std::size_t number = std::size_t(worker.number());
    const auto& environment = options_.environment;
    worker.start(options_.command,
                 number < environment.size() ? environment[number] : std::vector<std::string>(),
                 memory_);
  }
  /// Outputs are asked for in their places, if it is known what they are; without inputs those of
  /// the last request are meant.
  void ask(Index rows, auto&& add_inputs) {
    outputs_.place(rows, Index(asked_.size()), slots_, memory_);
    const Deadline deadline = deadline_after(options_.patience);
    for (std::size_t k = 0; k < asked_.size(); ++k) {
      PoolWorker& worker = *asked_[k];
      message_.start(MessageKind::PREDICT, request_);
      add_inputs(worker);
      outputs_.add(message_, worker.slice, Index(k));
      worker.ask(message_, "in predict", deadline);
    }
    waiting_.wait(asked_, options_.patience);
  }

  PoolOptions options_;
  SharedMemory memory_;
  MemorySlots slots_;
  std::deque<PoolWorker> workers_;
  std::vector<PoolWorker*> asked_;
  WaitingForWorkers waiting_;
  PoolInputs inputs_;
  PoolOutputs outputs_;
  PoolMessage message_;
  std::uint64_t request_ = 0;
};

}  // namespace tenon
