// SPDX-License-Identifier: Apache-2.0
// Every bad checkpoint is one text on every rank, which names the file, and nothing hangs.
#include <tenon/comm/mpi.hpp>
#include <tenon/model/load.hpp>
#include <tenon/plan/constant.hpp>

#include "../../examples/network.hpp"
#include "checkpoints.hpp"
#include "mpi.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// The network's parameters on this rank.
struct LoadingOfSlices {
  MpiCommunication communication;
  Plan plan;
  Parameters parameters;

  explicit LoadingOfSlices(const boost::mpi::communicator& world)
      : communication(world),
        plan(plan_network<Network, Input<32, 28, 28>>(world.size())),
        parameters(view(plan)) {}

  /// The error's text; "" where it was loaded, "differs" where the ranks do not agree on it.
  std::string error(const std::string& files, const std::string& strategy) {
    std::string text;
    try {
      load_parameters(parameters, communication, files, strategy);
    } catch (const Error& error) {
      text = error.what();
    }
    std::vector<std::string> all;
    boost::mpi::all_gather(communication.communicator(), text, all);
    for (const std::string& other : all)
      if (other != text) return "differs: " + text + " and " + other;
    return text;
  }
};

/// One sentence that holds all of these.
bool says(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    if (text.find(part) == std::string::npos) return false;
  return text.starts_with("tenon: ") && text.find("tenon: ", 1) == std::string::npos &&
         text.find('\n') == std::string::npos && text.size() < 600;
}

/// The bytes with a name in them changed to another of the same length.
std::string renamed(std::string bytes, const std::string& from, const std::string& to) {
  bytes.replace(bytes.find(from), from.size(), to);
  return bytes;
}

}  // namespace

#define CHECK_SAYS(text, ...)         \
  do {                                \
    const std::string said = text;    \
    CAPTURE(said);                    \
    CHECK(says(said, {__VA_ARGS__})); \
  } while (false)

MPI_TEST_CASE("a checkpoint that is not there, empty, cut short or encrypted",
              tenon_test::all_ranks) {
  Checkpoints files(world);
  LoadingOfSlices loading(world);
  const auto error = [&] { return loading.error(files.pattern(), files.strategy()); };
  CHECK(error() == "");
  for (const int rank : {0, 3, 7}) {
    files.spoil([&] { std::filesystem::remove(files.file(rank)); });
    CHECK_SAYS(error(), files.file(rank), "it does not exist");
    files.spoil([&] { files.write(rank, ""); });
    CHECK_SAYS(error(), files.file(rank), "is empty");
    files.spoil([&] { files.write(rank, files.original(rank).substr(0, 1'500'000)); });
    CHECK_SAYS(error(), files.file(rank));
    files.spoil([&] { files.write(rank, files.original(rank).substr(0, 3)); });
    CHECK_SAYS(error(), files.file(rank));
    files.spoil([&] {
      files.write(rank, bytes_of(TENON_TEST_DATA "/mindspore/ckpt/variants/enc_AES-GCM.ckpt"));
    });
    CHECK_SAYS(error(), files.file(rank), "AES-GCM");
    files.spoil([&] { files.write(rank, std::string(4096, 'x')); });
    CHECK_SAYS(error(), files.file(rank));
  }
  CHECK_SAYS(loading.error(files / "none/{}.ckpt", files.strategy()), "none/0.ckpt",
             "it does not exist");
  CHECK_SAYS(loading.error(files.pattern(), files / "none.ckpt"), "none.ckpt", "it does not exist");
  files.spoil([] {});
  CHECK(error() == "");
}

MPI_TEST_CASE("a checkpoint of another network", tenon_test::all_ranks) {
  Checkpoints files(world);
  LoadingOfSlices loading(world);
  const auto error = [&] { return loading.error(files.pattern(), files.strategy()); };
  files.spoil([&] {  // every file has another name for one parameter
    for (int rank = 0; rank < 8; ++rank)
      files.write(rank, renamed(files.original(rank), "layer2.bias", "layer9.bias"));
  });
  CHECK_SAYS(error(), "mlp", "layer2.bias");
  files.spoil([&] {  // a later value replaces an earlier one
    files.write(4, files.original(4) +
                       stored("layer2.weight", {512, 500}, std::string(512 * 500 * 4, '\1')));
  });
  CHECK_SAYS(error(), files.file(4), "layer2.weight", "[512, 500]", "[512, 512]");
  files.spoil([&] {
    files.write(
        1, files.original(1) + stored("layer2.bias", {512}, std::string(1024, '\1'), "Float16"));
  });
  CHECK_SAYS(error(), files.file(1), "layer2.bias", "float16", "float32");
  files.spoil([&] {
    files.write(files / "other.ckpt", stored("conv.weight", {6, 1, 5, 5}, std::string(600, 'a')));
  });
  CHECK_SAYS(loading.error(files / "other.ckpt", ""), "other.ckpt", "layer1.weight", "conv.weight");
  CHECK_SAYS(loading.error(files.pattern(),
                           TENON_TEST_DATA "/mindspore/strategy/pipe8/strategy_rank4.ckpt"),
             "pipe8", "layer");
}

MPI_TEST_CASE("a slice that is doubled, or replicas that differ", tenon_test::all_ranks) {
  Checkpoints files(world);
  LoadingOfSlices loading(world);
  const auto error = [&] { return loading.error(files.pattern(), files.strategy()); };
  files.spoil([&] { files.write(2, files.original(0)); });
  CHECK_SAYS(error(), files.file(2), "layer");
  files.spoil([&] {  // all of the second half
    for (const int rank : {2, 3, 6, 7}) files.write(rank, files.original(0));
  });
  CHECK_SAYS(error(), files.file(0), files.file(2), "same slice", "layer1.weight");
  files.spoil([&] {
    std::string bytes = files.original(4);
    bytes[bytes.size() / 2] ^= 1;
    files.write(4, bytes);
  });
  CHECK_SAYS(error(), files.file(0), files.file(4), "differ");
}

MPI_TEST_CASE("files and a strategy that do not belong together", tenon_test::all_ranks) {
  Checkpoints files(world);
  LoadingOfSlices loading(world);
  files.spoil([&] { files.write(files / "whole.ckpt", files.whole()); });
  CHECK(loading.error(files / "whole.ckpt", "") == "");
  CHECK_SAYS(loading.error(files.pattern(), files.file(0)), files.file(0));  // is a checkpoint
  CHECK_SAYS(loading.error(files.pattern(), ""), "{}", "strategy");
  CHECK_SAYS(loading.error(files / "whole.ckpt", files.strategy()), "whole.ckpt", "8 files");
  CHECK_SAYS(loading.error(files.file(2), ""), files.file(2), "layer1.weight", "[784, 256]",
             "[784, 512]");
  CHECK_SAYS(loading.error(files.strategy(), ""), files.strategy());  // is no checkpoint
  // four files, cut otherwise
  CHECK_SAYS(
      loading.error(files.pattern(), TENON_TEST_DATA "/mindspore/strategy/tp4/strategy_rank0.ckpt"),
      "layer");
}
