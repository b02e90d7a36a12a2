// SPDX-License-Identifier: Apache-2.0
// The main program of the tests under mpirun: the ranks walk through the same test cases together,
// and meet after each. One that does not come is reported by the watchdog instead of waited for.
#define DOCTEST_CONFIG_IMPLEMENT
#include <unistd.h>

#include <algorithm>
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/serialization/string.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "mpi.hpp"
#include "watchdog.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
inline void __lsan_disable() {}
inline void __lsan_enable() {}
inline void __lsan_do_leak_check() {}
#endif

namespace tenon_test {
namespace {

namespace mpi = boost::mpi;

double seconds_per_test() {
  const char* text = std::getenv("TENON_TEST_TIMEOUT");
  return text ? std::atof(text) : 60;
}

/// The test case that all ranks are in.
struct Session {
  mpi::communicator world;
  Watchdog watchdog{"rank " + std::to_string(world.rank()) + " of " + std::to_string(world.size())};
  double seconds = seconds_per_test();
  std::string test;
  std::optional<mpi::communicator> communicator;  // of the test case; subcases share it
  bool skipped = false;
  bool left_early = false;

  void watch(const std::string& what, double limit) {
    watchdog.watch(what + " \"" + test + '"', limit);
  }
};
Session* session = nullptr;

std::string numbers(const std::vector<int>& ranks) {
  std::string s = ranks.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < ranks.size(); ++i) s += (i ? ", " : "") + std::to_string(ranks[i]);
  return s;
}

class Reporter : public doctest::IReporter {
 public:
  explicit Reporter(const doctest::ContextOptions&) {}

  void report_query(const doctest::QueryData& query) override {
    for (unsigned i = 0; i < query.num_data && session->world.rank() == 0; ++i)
      std::printf("%s\n", query.data[i]->m_name);
  }
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData& test) override {
    session->test = test.m_name;
    session->skipped = session->left_early = false;
    failures_.clear();
    session->watch("is in the test", session->seconds);
  }
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    if (!stats.testCaseSuccess && failures_.empty()) fail("failed");
    session->watch(session->left_early ? "left early, and waits for the others, the test"
                                       : "waits for the others at the end of the test",
                   session->left_early ? std::min(5.0, session->seconds) : session->seconds);
    std::vector<std::string> all;
    mpi::all_gather(session->world, failures_, all);
    std::map<std::string, std::vector<int>> seen;
    for (std::size_t rank = 0; rank < all.size(); ++rank)
      if (!all[rank].empty()) seen[all[rank]].push_back(int(rank));
    for (const auto& [text, ranks] : seen)
      if (session->world.rank() == 0)
        std::printf("FAILED on %s: %s\n%s\n", numbers(ranks).c_str(), session->test.c_str(),
                    text.c_str());
    std::fflush(stdout);
    ++(!seen.empty() ? failed_ : session->skipped ? skipped_ : passed_);
    session->communicator.reset();
    session->watchdog.rest();
  }
  void test_run_end(const doctest::TestRunStats&) override {
    if (session->world.rank() == 0)
      std::printf("%d ranks: %d passed, %d failed, %d skipped\n", session->world.size(), passed_,
                  failed_, skipped_);
    std::fflush(stdout);
    any_failed = failed_ > 0;
  }
  void test_case_exception(const doctest::TestCaseException& exception) override {
    const std::string text = exception.error_string.c_str();
    if (text.starts_with("exception thrown in subcase")) return;  // it is told again, with its text
    fail("  exception: " + text);
    if (!exception.is_crash) return;
    std::fprintf(stderr, "rank %d crashed in \"%s\"\n%s\n", session->world.rank(),
                 session->test.c_str(), failures_.c_str());
    _exit(3);
  }
  void subcase_start(const doctest::SubcaseSignature& subcase) override {
    subcases_.emplace_back(subcase.m_name.c_str());
  }
  void subcase_end() override { subcases_.pop_back(); }
  void log_assert(const doctest::AssertData& data) override {
    if (!data.m_failed || data.m_at & doctest::assertType::is_warn) return;
    std::ostringstream s;
    s << "  " << data.m_file << ':' << data.m_line << ": " << doctest::assertString(data.m_at)
      << "( " << data.m_expr << " )";
    if (data.m_threw) s << " threw: " << data.m_exception.c_str();
    else if (data.m_at & doctest::assertType::is_normal) s << " is " << data.m_decomp.c_str();
    else if (!(data.m_at & doctest::assertType::is_nothrow)) s << " did not throw";
    fail(s.str());
  }
  void log_message(const doctest::MessageData& data) override {
    if (data.m_severity & doctest::assertType::is_warn) return;
    fail("  " + std::string(data.m_file) + ':' + std::to_string(data.m_line) + ": " +
         data.m_string.c_str());
  }
  void test_case_skipped(const doctest::TestCaseData&) override {}

  static inline bool any_failed = false;

 private:
  void fail(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (failures_.size() > 10'000) return;
    failures_ += text;
    for (const std::string& subcase : subcases_) failures_ += "\n    in the subcase: " + subcase;
    for (int i = 0; i < get_num_active_contexts(); ++i) {
      std::ostringstream s;
      get_active_contexts()[i]->stringify(&s);
      failures_ += "\n    with: " + s.str();
    }
    failures_ += '\n';
  }

  std::mutex mutex_;
  std::string failures_;  // of this rank in this test case
  std::vector<std::string> subcases_;
  int passed_ = 0, failed_ = 0, skipped_ = 0;  // the same on all ranks
};

DOCTEST_REGISTER_REPORTER("ranks", 0, Reporter);

}  // namespace

void on_ranks(int ranks, void (*body)(const mpi::communicator&)) {
  const mpi::communicator& world = session->world;
  if (ranks == all_ranks) ranks = world.size();
  session->skipped = ranks > world.size();
  if (session->skipped) return;
  const bool takes_part = world.rank() < ranks;
  if (!session->communicator) session->communicator = world.split(takes_part ? 0 : 1);
  if (!takes_part) return;
  try {
    body(*session->communicator);
  } catch (...) {
    session->left_early = true;
    throw;
  }
}

}  // namespace tenon_test

namespace {
int run(int argc, char** argv) {
  tenon_test::Session session;
  tenon_test::session = &session;
  doctest::Context context(argc, argv);
  context.setOption("reporters", "ranks");
  context.setOption("order-by", "file");  // the same on all ranks
  context.setOption("no-version", true);
  if (session.world.size() > 1) context.addFilter("test-suite", "ranks");
  std::ostringstream unused;
  context.setCout(&unused);
  const int result = context.run();
  return result != 0 || tenon_test::Reporter::any_failed ? 1 : 0;
}
}  // namespace

int main(int argc, char** argv) {
  __lsan_disable();  // what MPI takes at its start is not looked at, all else is
  const boost::mpi::environment mpi(argc, argv, boost::mpi::threading::funneled);
  __lsan_enable();
  const int result = run(argc, argv);
  __lsan_do_leak_check();  // now, not at exit: MPI unloads modules that still own memory
  return result;
}
