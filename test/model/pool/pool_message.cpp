// SPDX-License-Identifier: Apache-2.0
#include <tenon/model/pool/pool_message.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "../../support/error_of.hpp"

using namespace tenon;
using tenon::test::error_of;

namespace {

PoolMessage request() {
  const std::vector<float> values(12);
  PoolMessage message;
  message.start(MessageKind::PREDICT, 7);
  message.add_input(SentTensor::of(pool_tensor<float>("x", {4, 3}, values), 4096));
  message.add_output(SentTensor::of({"y", Element::int64, {4}, {}}, 8192));
  message.add_text("words");
  return message;
}
std::string error_in(const PoolMessage& message, std::size_t size) {
  return error_of([&] { message.check(size); });
}

}  // namespace

TEST_CASE("the kinds have MindSpore's numbers") {
  CHECK(int(MessageKind::ERROR) == 0);
  CHECK(int(MessageKind::PREDICT) == 1);
  CHECK(int(MessageKind::REPLY) == 2);
  CHECK(int(MessageKind::BUILD_FINISH) == 3);
  CHECK(int(MessageKind::EXIT) == 4);
}

TEST_CASE("what is sent is received") {
  const PoolMessage sent = request();
  PoolMessage received;
  std::ranges::copy(sent.bytes(), received.room().begin());
  received.check(sent.bytes().size());
  CHECK(received.kind() == MessageKind::PREDICT);
  CHECK(received.request() == 7);
  REQUIRE(received.inputs().size() == 1);
  REQUIRE(received.outputs().size() == 1);
  CHECK(received.inputs()[0] == sent.inputs()[0]);
  CHECK(received.inputs()[0].name() == "x");
  CHECK(received.inputs()[0].shape() == Dims{4, 3});
  CHECK(received.inputs()[0].bytes == 48);
  CHECK(received.outputs()[0].offset == 8192);
  CHECK(received.text() == "words");
}

TEST_CASE("a message that is cut or longer is none") {
  PoolMessage message = request();
  const std::size_t size = message.bytes().size();
  for (std::size_t cut = 0; cut < size; ++cut) REQUIRE(error_in(message, cut) != "");
  CHECK(error_in(message, size) == "");
  CHECK(error_in(message, size + 1) != "");
  CHECK(error_in(message, message.room().size()) != "");
}

TEST_CASE("any bytes are a message that can be looked at, or an error") {
  std::mt19937 random(1);
  const PoolMessage good = request();
  for (int round = 0; round < 20000; ++round) {
    PoolMessage message = good;
    const int flips = 1 + int(random() % 8);
    for (int i = 0; i < flips; ++i)
      message.room()[random() % good.bytes().size()] ^= std::byte(1 << random() % 8);
    if (error_in(message, good.bytes().size()) != "") continue;
    for (const auto& tensors : {message.inputs(), message.outputs()})
      for (const SentTensor& tensor : tensors) {
        const PoolTensor one = tensor.at(nullptr);
        REQUIRE(one.name.size() < 256);
        REQUIRE(checked_bytes(one) == tensor.bytes);
        REQUIRE(tensor.offset >= -1);
      }
    REQUIRE(message.text().size() <= good.bytes().size());
  }
}

TEST_CASE("a message has its limits") {
  PoolMessage message;
  message.start(MessageKind::REPLY);
  const SentTensor tensor = SentTensor::of({"y", Element::int64, {4}, {}}, 0);
  for (std::size_t i = 0; i < PoolMessage::most_tensors; ++i) message.add_output(tensor);
  CHECK(error_of([&] { message.add_input(tensor); }) ==
        "tenon: a model has more than 128 inputs and outputs");
  message.add_text(std::string(100000, 'x'));
  CHECK(message.text().size() == PoolMessage::most_text_bytes);
  CHECK(error_in(message, message.bytes().size()) == "");
  CHECK(message.bytes().size() < message.room().size());
}
