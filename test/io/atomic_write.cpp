// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include <tenon/io/checkpoint.hpp>
#include <tenon/io/write_checkpoint.hpp>
#include <tenon/io/write_safetensors.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("a file appears whole, and one that is given up leaves nothing") {
  const Folder folder;
  const std::string path = folder / "x";
  {
    AtomicFile file(path);
    file.write(std::string_view("some "));
    file.write(std::string(100000, 'x'));
    file.write(std::string_view(" bytes"));
    CHECK(folder.count() == 1);
    CHECK(!std::filesystem::exists(path));
    file.commit();
  }
  CHECK(bytes_of(path) == std::string("some ").append(100000, 'x').append(" bytes"));
  { AtomicFile(path).write(std::string_view("other")); }
  CHECK(bytes_of(path).size() == 100011);
  CHECK(folder.count() == 1);
}

TEST_CASE("a full disk leaves the old file and nothing else") {
  const Folder folder;
  const std::string path = folder.write("x", "old");
  const std::vector<float> values(100000);
  const std::vector<TensorSource> tensors = {{"w", values, {100000}}};
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};  // a disk that is full after one page
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string checkpoint = error_of([&] { write_checkpoint(path, tensors); });
  const std::string safetensors = error_of([&] { write_safetensors(path, tensors); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(has(checkpoint, std::string("cannot write ").append(path).append(": ")));
  CHECK(has(safetensors, std::string("cannot write ").append(path).append(": ")));
  CHECK(bytes_of(path) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("a process that is killed in the middle leaves the old file whole") {
  const Folder folder;
  const std::string path = folder.write("x.ckpt", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string part(100000, 'x');
    write_checkpoint(path, std::vector<TensorSource>{
                               {"w", Element::uint8, {200000}, [&](const Pieces& write) {
                                  write(part);
                                  ::kill(::getpid(), SIGKILL);
                                }}});
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(bytes_of(path) == "old");
  CHECK(std::filesystem::file_size(folder / "x.ckpt.0.tmp") > 0);  // beside it, and in nobody's way
  const float value[] = {1};
  write_checkpoint(path, std::vector{TensorSource("w", value, {1})});
  CHECK(Checkpoint(path).size() == 1);
}

TEST_CASE("an error of what produces a tensor leaves the old file") {
  const Folder folder;
  const std::string path = folder.write("x.ckpt", "old");
  const std::vector<TensorSource> tensors = {
      {"w", Element::uint8, {4}, [](const Pieces&) { throw Error("the producer's own"); }}};
  CHECK(error_of([&] { write_checkpoint(path, tensors); }) == "tenon: the producer's own");
  CHECK(error_of([&] { write_safetensors(path, tensors); }) == "tenon: the producer's own");
  CHECK(bytes_of(path) == "old");
  CHECK(folder.count() == 1);
}
