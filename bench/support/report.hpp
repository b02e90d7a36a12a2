// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What was measured: tables on stdout, and objects for the plots in a file.
///   Report report("collectives", options, ranks);
///   report.measure({.name = "all-reduce 64 KiB", .bytes = 65536},
///                  {{"tenon", ours}, {"Open MPI", theirs}});
///   report.skip("MPICH", "not installed");
///   return report.finish();
#include <string>
#include <utility>
#include <vector>

#include "contender.hpp"
#include "interleave.hpp"
#include "options.hpp"

namespace bench {

/// What all contenders do.
struct Case {
  std::string name;
  int ranks = 1, threads = 1;
  std::string dtype = "fp32";
  double flops = 0, bytes = 0;  // of one run; 0: that is not the point
  double bar = 0;               // Tenon is to be so many times faster than the best peer; 0: none
  std::vector<std::pair<std::string, double>> bars = {};  // and than these
  double mean_bar = 0;          // of the geometric mean of its dtype, ranks and threads
};

/// Tenon's contender is named `tenon`. Others whose names begin with "limit" are what the machine
/// can do, no peers; those that begin with "tenon" are variants of Tenon, no peers either.
class Report {
 public:
  Report(std::string bench, Options options, Together& ranks);

  /// Interleaves the contenders, keeps their times, prints a row.
  void measure(const Case& what, const std::vector<Contender>& contenders);
  /// Times from elsewhere: of a script, of other programs.
  void add(const Case& what, const std::vector<std::pair<std::string, Times>>& times,
           double disturbance = 0);
  /// A peer that is not there: said in the table and in the file, once.
  void skip(const std::string& contender, const std::string& reason);
  bool wants(const Case& what) const { return options_.wants(text(what)); }
  /// Prints the geometric means and the cases below their bars; appends to the file of --json.
  /// @return what main returns: 0
  int finish() const;

  /// "32x784x512 fp32, 2 threads"
  static std::string text(const Case& what);

 private:
  struct Row {
    Case what;
    double disturbance;  // cores that others took meanwhile
    std::vector<std::pair<std::string, Times>> times;

    const Times* of(const std::string& contender) const;
    /// The fastest peer's name; empty without one.
    std::string best_peer(bool median) const;
    /// Of that peer's time to Tenon's; 0 where one is not there.
    double ratio(const std::string& peer, bool median) const;
    double ratio(bool median) const { return ratio(best_peer(median), median); }
    /// The bars of the peers that are there, the best one's by its name.
    std::vector<std::pair<std::string, double>> bars() const;
  };
  bool speaks() const { return ranks_.rank() == 0; }
  void print_head(const Row& row) const;
  void print(const Row& row) const;
  void print_summary() const;
  void write() const;

  std::string bench_;
  Options options_;
  Together& ranks_;
  std::vector<Row> rows_;
  std::vector<std::pair<std::string, std::string>> skipped_;
};

}  // namespace bench
