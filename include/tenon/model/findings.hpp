// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What one rank found in its share of a checkpoint's files, and how all ranks come to know it.
#include <array>
#include <set>

#include <tenon/comm/gather_text.hpp>
#include <tenon/model/load_options.hpp>

namespace tenon::detail {

/// The lists of a LoadReport.
enum class ReportList : std::uint8_t { passed_over, extra, misshapen, of_other_elements };

/// Findings of one rank, to be sent as text. A name stands once in each list; of a list's first
/// finding nothing is ever left out, so that no mistake is lost.
class Findings {
 public:
  void add(ReportList list, const std::string& name, const std::string& cause) {
    std::set<std::string>& known = names_[std::size_t(list)];
    if (!known.insert(name).second) return;
    if (known.size() > 1 && text_.size() > most_bytes) {
      ++unlisted_;
      return;
    }
    text_ += char(list);
    for (const std::string* word : {&name, &cause})
      text_.append(std::to_string(word->size())).append(":").append(*word);
  }
  /// Adds what all ranks found to the report of each. Collective.
  void share(Communication& communication, LoadReport& report) const {
    Merged merged(report);
    for (const std::string& text : all_gather_text(communication, text_)) merged.read(text);
    for (std::uint64_t unlisted : communication.all_gather({&unlisted_, 1}))
      report.unlisted += Index(unlisted);
  }

 private:
  static constexpr std::size_t most_bytes = 1 << 18;

  /// A report that takes each name once in each list.
  struct Merged {
    explicit Merged(LoadReport& into) : report(into) {}
    void read(std::string_view text) {
      const auto word = [&] {
        const std::size_t colon = text.find(':');
        const auto size = std::size_t(std::stoull(std::string(text.substr(0, colon))));
        const std::string_view found = text.substr(colon + 1, size);
        text.remove_prefix(colon + 1 + size);
        return std::string(found);
      };
      while (!text.empty()) {
        const auto list = ReportList(text.front());
        text.remove_prefix(1);
        const std::string name = word(), cause = word();
        if (!names[std::size_t(list)].insert(name).second) continue;
        switch (list) {
          case ReportList::passed_over: report.passed_over.push_back(name); break;
          case ReportList::extra: report.extra.push_back({name, cause}); break;
          case ReportList::misshapen: report.misshapen.push_back({name, cause}); break;
          case ReportList::of_other_elements:
            report.of_other_elements.push_back({name, cause});
            break;
        }
      }
    }
    LoadReport& report;
    std::array<std::set<std::string>, 4> names;
  };

  std::string text_;
  std::array<std::set<std::string>, 4> names_;
  std::uint64_t unlisted_ = 0;
};

}  // namespace tenon::detail
