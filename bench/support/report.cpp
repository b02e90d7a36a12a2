// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "disturbance.hpp"

namespace bench {
namespace {

bool is_limit(const std::string& contender) { return contender.starts_with("limit"); }
bool is_peer(const std::string& contender) {
  return !is_limit(contender) && !contender.starts_with("tenon");
}
double seconds(const Times& times, bool median) { return median ? times.median : times.min; }

/// Of a contender's column.
int width(const std::string& name) { return std::max(17, int(name.size()) + 1); }

/// Three digits that count.
std::string microseconds(double seconds) {
  char text[32];
  const double value = seconds * 1e6;
  std::snprintf(text, sizeof text, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
  return text;
}

}  // namespace

Report::Report(std::string bench, Options options, Together& ranks)
    : bench_(std::move(bench)), options_(std::move(options)), ranks_(ranks) {
  if (speaks())
    std::printf("%s: microseconds of a run, minimum (median); x: the best peer's time / tenon's\n",
                bench_.c_str());
}

std::string Report::text(const Case& what) {
  std::string text = what.name + " " + what.dtype;
  if (what.ranks > 1) text += ", " + std::to_string(what.ranks) + " ranks";
  if (what.ranks == 1 || what.threads > 1)
    text += ", " + std::to_string(what.threads) + (what.threads > 1 ? " threads" : " thread");
  return text;
}

const Times* Report::Row::of(const std::string& contender) const {
  for (const auto& [name, found] : times)
    if (name == contender) return &found;
  return nullptr;
}

std::string Report::Row::best_peer(bool median) const {
  std::string best;
  for (const auto& [name, found] : times)
    if (is_peer(name) && (best.empty() || seconds(found, median) < seconds(*of(best), median)))
      best = name;
  return best;
}

double Report::Row::ratio(const std::string& peer, bool median) const {
  const Times *own = of("tenon"), *other = of(peer);
  return own && other ? seconds(*other, median) / seconds(*own, median) : 0;
}

std::vector<std::pair<std::string, double>> Report::Row::bars() const {
  std::vector<std::pair<std::string, double>> bars;
  if (what.bar > 0 && ratio(false) > 0) bars.emplace_back(best_peer(false), what.bar);
  for (const auto& [peer, bar] : what.bars)
    if (ratio(peer, false) > 0) bars.emplace_back(peer, bar);
  return bars;
}

void Report::measure(const Case& what, const std::vector<Contender>& contenders) {
  const Disturbance others(ranks_);
  const std::vector<Times> times = interleave(contenders, options_.effort, ranks_);
  const double disturbance = others.cores();
  std::vector<std::pair<std::string, Times>> named;
  for (std::size_t i = 0; i < times.size(); ++i) named.emplace_back(contenders[i].name, times[i]);
  add(what, named, disturbance);
}

void Report::add(const Case& what, const std::vector<std::pair<std::string, Times>>& times,
                 double disturbance) {
  rows_.push_back({what, disturbance, times});
  if (speaks()) print(rows_.back());
}

void Report::skip(const std::string& contender, const std::string& reason) {
  for (const auto& [name, said] : skipped_)
    if (name == contender) return;
  skipped_.emplace_back(contender, reason);
  if (speaks()) std::printf("  skipped: %s (%s)\n", contender.c_str(), reason.c_str());
}

/// A column for each contender.
void Report::print_head(const Row& row) const {
  std::printf("  %-30s", bench_.c_str());
  for (const auto& [name, times] : row.times)
    if (!is_limit(name)) std::printf(" %*s", width(name), name.c_str());
  std::printf("  x best peer\n");
}

void Report::print(const Row& row) const {
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (rows_.size() < 2 || !std::ranges::equal(rows_[rows_.size() - 2].times, row.times, same))
    print_head(row);
  std::printf("  %-30s", text(row.what).c_str());
  for (const auto& [name, times] : row.times) {
    if (is_limit(name)) continue;
    const std::string text = microseconds(times.min) + " (" + microseconds(times.median) + ")";
    std::printf(" %*s", width(name), text.c_str());
  }
  if (row.ratio(false) > 0)
    std::printf("  %.2f (%.2f) %s", row.ratio(false), row.ratio(true),
                row.best_peer(false).c_str());
  for (const auto& [name, times] : row.times)
    if (const Times* own = row.of("tenon"); own && is_limit(name))
      std::printf("  %.0f %% of %s", 100 * times.min / own->min, name.c_str());
  for (const auto& [peer, bar] : row.bars())
    if (row.ratio(peer, false) < bar) std::printf("  BELOW %.2f of %s", bar, peer.c_str());
  if (row.disturbance > 0.1) std::printf("  (others took %.1f cores)", row.disturbance);
  std::printf("\n");
  std::fflush(stdout);
}

/// The geometric mean of each dtype, ranks and threads; then what lies below its bar.
void Report::print_summary() const {
  struct Mean {
    double min = 0, median = 0, least = INFINITY, bar = 0;
    int count = 0;
  };
  std::map<std::string, Mean> means;
  for (const Row& row : rows_)
    if (row.ratio(false) > 0) {
      Case group = row.what;
      group.name = bench_;
      Mean& mean = means[text(group)];
      mean.min += std::log(row.ratio(false)), mean.median += std::log(row.ratio(true));
      mean.least = std::min(mean.least, row.ratio(false)), mean.bar = row.what.mean_bar;
      ++mean.count;
    }
  for (const auto& [group, mean] : means) {
    const double found = std::exp(mean.min / mean.count);
    std::printf("geometric mean of %d cases, %s: x %.3f (%.3f), the least x %.3f", mean.count,
                group.c_str(), found, std::exp(mean.median / mean.count), mean.least);
    if (found < mean.bar) std::printf("  BELOW %.2f", mean.bar);
    std::printf("\n");
  }
  int below = 0, barred = 0;
  for (const Row& row : rows_)
    for (const auto& [peer, bar] : row.bars()) {
      ++barred;
      if (row.ratio(peer, false) >= bar) continue;
      if (below++ == 0) std::printf("below their bars:\n");
      std::printf("  %-36s x %.3f (%.3f) of %s, bar %.2f\n", text(row.what).c_str(),
                  row.ratio(peer, false), row.ratio(peer, true), peer.c_str(), bar);
    }
  if (barred) std::printf("%d of %d bars are reached\n", barred - below, barred);
}

void Report::write() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  if (std::ifstream old(options_.json); old) all = nlohmann::ordered_json::parse(old);
  for (const Row& row : rows_)
    for (const auto& [name, times] : row.times) {
      nlohmann::ordered_json object{{"bench", bench_},
                                    {"case", row.what.name},
                                    {"contender", name},
                                    {"ranks", row.what.ranks},
                                    {"threads", row.what.threads},
                                    {"dtype", row.what.dtype},
                                    {"seconds_min", times.min},
                                    {"seconds_median", times.median},
                                    {"samples", times.samples}};
      if (row.disturbance > 0.1) object["others_took_cores"] = row.disturbance;
      if (row.what.flops > 0) object["flops"] = row.what.flops;
      if (row.what.bytes > 0) object["bytes"] = row.what.bytes;
      all.push_back(std::move(object));
    }
  for (const auto& [name, reason] : skipped_)
    all.push_back({{"bench", bench_}, {"contender", name}, {"skipped", reason}});
  std::ofstream(options_.json) << all.dump(1) << "\n";
}

int Report::finish() const {
  if (!speaks()) return 0;
  print_summary();
  if (!options_.json.empty()) write();
  return 0;
}

}  // namespace bench
