// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How parameters are loaded, and what was found on the way.
#include <string>
#include <string_view>
#include <vector>

#include <tenon/core/dims.hpp>

namespace tenon {

enum class LoadWay {
  read,              // each rank reads its own slices; it holds nothing else
  mapped,            // slices in one piece are used where the file is mapped, others are copied
  read_once_a_node,  // the first rank of each node alone opens files, and passes on
};

struct LoadOptions {
  LoadWay way = LoadWay::read;
  bool lenient = false;          // what does not fit is listed and left as it was
  bool check_checksums = false;  // of .ckpt files that have one
  /// Slices of several files: replicas must be equal, and no two different slices the same bytes.
  /// Costs reading every file once, over the ranks.
  bool compare_slices = true;
  /// Names that files may hold and other ranks load (of a pipeline's other stages); none: all that
  /// the network has not is too much.
  const std::vector<std::string>* of_others = nullptr;
};

/// What files and network have not in common; every list by name. MindSpore: load_param_into_net
/// returns the first two.
struct LoadReport {
  struct Entry {
    std::string name, cause;
  };
  std::vector<Entry> missing;            // in the network, not (or not all of it) in the files
  std::vector<Entry> extra;              // in the files, not in the network
  std::vector<Entry> misshapen;          // of another shape than the layout says
  std::vector<Entry> of_other_elements;  // stored as other elements than the network's
  /// No weights: epoch_num and other scalars, text, and the optimizer's state of a parameter, as
  /// "moments.layer1.weight".
  std::vector<std::string> passed_over;
  Index unlisted = 0;                          // findings of ranks that had very many
  Index bytes_in_place = 0, bytes_copied = 0;  // of this rank's slices

  bool fits() const {
    return missing.empty() && extra.empty() && misshapen.empty() && of_other_elements.empty();
  }
};

/// One sentence: of each list the first, and how many more.
inline std::string text(const LoadReport& report, const std::string& files) {
  std::string all;
  const auto add = [&](std::string_view what, const std::vector<LoadReport::Entry>& list) {
    if (list.empty()) return;
    all.append(all.empty() ? "" : "; ").append(what).append(list.front().cause);
    if (list.size() > 1)
      all.append(", and ").append(std::to_string(list.size() - 1)).append(" more");
  };
  add("", report.misshapen);
  add("", report.of_other_elements);
  const bool names_files = !all.empty();
  add("missing: ", report.missing);
  add("not in the network: ", report.extra);
  if (report.unlisted > 0)
    all.append("; and ").append(std::to_string(report.unlisted)).append(" findings more");
  return names_files ? all : std::string(files).append(" does not fit the network: ").append(all);
}

}  // namespace tenon
