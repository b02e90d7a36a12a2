// SPDX-License-Identifier: Apache-2.0
// Whatever a worker does reaches the caller, is no hang, and nothing is left behind.
#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fstream>

#include "../../support/error_of.hpp"
#include "test_pool.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// Also of one that another process has started, whose orphans come to this one.
bool ends_soon(::pid_t id) {
  for (int i = 0; i < 5000; ++i) {
    if (::waitpid(id, nullptr, WNOHANG) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}
std::size_t shared_files() {
  std::size_t count = 0;
  for (const auto& one : std::filesystem::directory_iterator("/dev/shm"))
    count += one.path().filename().string().find("tenon") != std::string::npos;
  return count;
}
bool is_right(std::span<const PoolTensor> outputs, const Rows& x) {
  const auto twice = outputs[1].as<double>();
  return std::ranges::equal(twice, x.values, {}, {}, [](float v) { return 2 * double(v); });
}

}  // namespace

TEST_CASE("a worker that fails, crashes, or is killed is named, and the pool goes on") {
  const std::size_t descriptors = open_descriptors();
  {
    WorkerPool pool(options(3));
    const Rows x(9);
    const auto error = [&](What what) {
      const ::pid_t before = pool.process_of(1), other = pool.process_of(0);
      const std::string text = error_of([&] { pool.predict({x.tensor(), order(what, 1)}); });
      CHECK(is_right(pool.predict({x.tensor()}), x));
      CHECK((pool.process_of(1) == before) == (what == fail || what == fail_oddly));
      CHECK(pool.process_of(0) == other);
      return text;
    };
    pool.build();
    CHECK(error(fail) == "tenon: worker 1: the weather is bad");
    CHECK(error(fail_oddly) == "tenon: worker 1: an error that is no std::exception");
    CHECK(error(be_killed) == "tenon: worker 1 was ended by signal 9 (SIGKILL) in predict");
    CHECK(error(crash) == "tenon: worker 1 was ended by signal 11 (SIGSEGV) in predict");
    CHECK(error(leave) == "tenon: worker 1 ended with exit code 5 in predict");
    CHECK(error(babble) == "tenon: worker 1 sent no message of this version, in predict");
    CHECK(error(close_pipe) == "tenon: worker 1 ended with exit code 1 in predict");
    CHECK(error_of([&] {
            pool.predict({x.tensor(), order(fail, 0)});
          }) == "tenon: worker 0: the weather is bad");
  }
  CHECK(open_descriptors() == descriptors);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no children
}

TEST_CASE("a worker that is killed between two requests is replaced") {
  WorkerPool pool(options(2));
  const Rows x(4);
  pool.build();
  ::kill(pool.process_of(0), SIGKILL);
  const std::string text = error_of([&] { pool.predict({x.tensor()}); });
  CHECK((text.empty() || text == "tenon: worker 0 was ended by signal 9 (SIGKILL) in predict"));
  CHECK(is_right(pool.predict({x.tensor()}), x));
}

TEST_CASE("a worker that is late is ended") {
  PoolOptions impatient = options(2);
  impatient.patience = std::chrono::milliseconds(2000);
  WorkerPool pool(impatient);
  const Rows x(4);
  CHECK(error_of([&] {
          pool.predict({x.tensor(), order(What::sleep, 0)});
        }) == "tenon: worker 0 did not answer within 2000 ms in predict");
  CHECK(is_right(pool.predict({x.tensor()}), x));
}

TEST_CASE("a worker that cannot build says why, and is tried again") {
  const auto error = [](const std::string& how) {
    PoolOptions wrong = options(3, {"worker", how});
    if (how == "sleeps") wrong.patience = std::chrono::milliseconds(1500);
    WorkerPool pool(wrong);
    const std::string text = error_of([&] { pool.build(); });
    CHECK(error_of([&] { pool.build(); }) == text);
    return text;
  };
  CHECK(error("fails") == "tenon: worker 1 did not build its model: there is no model");
  CHECK(error("is killed") ==
        "tenon: worker 1 was ended by signal 9 (SIGKILL) while it built its model");
  CHECK(error("leaves") == "tenon: worker 1 ended with exit code 3 while it built its model");
  CHECK(error("sleeps") ==
        "tenon: worker 1 did not answer within 1500 ms while it built its model");
  WorkerPool no_worker({.workers = 2, .command = {"true"}});
  CHECK(error_of([&] { no_worker.build(); }) ==
        "tenon: workers 0, 1 ended with exit code 0 while it built its model");
}

TEST_CASE("each worker has its environment") {
  PoolOptions all = options(3, {"worker", "environment"});
  all.environment = {{"TENON_TEST_A=1", "TENON_TEST_B"}, {}, {"TENON_TEST_A=2"}};
  ::setenv("TENON_TEST_B", "here", 1);
  WorkerPool pool(all);
  CHECK(error_of([&] { pool.build(); }) ==
        "tenon: worker 0 did not build its model: 1 alone; "
        "worker 2 did not build its model: 2 and B");
}

TEST_CASE("a pool that is not used, or in the middle of a build, ends at once") {
  const auto start = std::chrono::steady_clock::now();
  { WorkerPool pool(options(2)); }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  { WorkerPool pool(options(2, {"worker", "sleeps"})); }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("nothing is left when the host of a pool is killed") {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const std::size_t before = shared_files();
  for (const std::string how : {"idle", "predicting", "building"}) {
    CAPTURE(how);
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    std::vector<::pid_t> workers(3);
    {
      ChildProcess host({"/proc/self/exe", "host", how, std::to_string(ends[1])},
                        environment_with({}), {ends[1]});
      ::close(ends[1]);  // a host that ends by itself is then the end of what it tells
      const std::size_t size = workers.size() * sizeof(::pid_t);
      std::size_t told = 0;
      while (told < size) {
        const ssize_t more =
            ::read(ends[0], reinterpret_cast<char*>(workers.data()) + told, size - told);
        REQUIRE(more > 0);
        told += std::size_t(more);
      }
      char ready;
      if (how != "building") REQUIRE(::read(ends[0], &ready, 1) == 1);
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }  // killed
    for (::pid_t worker : workers) CHECK(ends_soon(worker));
    ::close(ends[0]);
  }
  CHECK(shared_files() == before);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}
