// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One rank, by itself:  Alone().size() == 1.
#include <tenon/comm/communication.hpp>
#include <tenon/core/finish.hpp>

namespace tenon {

class Alone : public Communication {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::unique_ptr<Exchange> prepare(const ExchangePrograms& programs, std::span<std::byte>,
                                    int) override {
    return std::make_unique<Own>(programs(0));
  }
  void together(const std::function<void()>& what) override { what(); }
  std::vector<std::uint64_t> all_gather(std::span<const std::uint64_t> numbers) override {
    return {numbers.begin(), numbers.end()};
  }
  std::vector<int> node() override { return {0}; }
  void send(std::span<const std::byte>, int) override { nobody(); }
  void receive(std::span<std::byte>, int) override { nobody(); }

 private:
  [[noreturn]] static void nobody() { throw Error("one rank alone has no other to send to"); }

  struct Own : Exchange {
    explicit Own(ExchangeProgram p) : program(std::move(p)) {}
    const std::byte* run(const void* x, void* y, const Finish& finish = {}) override {
      for (const ExchangeProgram::Piece& piece : program.pieces)
        copy(program.element, x, piece.from, y, piece.to);  // one rank has no summands
      finish_block(program.element, y, program.result, finish);
      return static_cast<const std::byte*>(y);
    }
    ExchangeProgram program;
  };
};

}  // namespace tenon
