// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The words of every measuring program:  [--json FILE] [--seconds 0.5] [--only TEXT]...
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "interleave.hpp"

namespace bench {

struct Options {
  std::string json;               // the file that results are appended to; none
  Effort effort;                  // --seconds: of each case
  std::vector<std::string> only;  // cases whose text holds all of these
  std::string python = "python3"; // of peers that are Python's

  bool wants(const std::string& text) const {
    for (const std::string& word : only)
      if (text.find(word) == std::string::npos) return false;
    return true;
  }
};

/// Ends the program with a line on how it is used where a word is none of these.
inline Options options_of(int argc, char** argv, Effort effort = {}) {
  Options options;
  options.effort = effort;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    ++i;
    if (word == "--json" && !value.empty()) options.json = value;
    else if (word == "--seconds" && !value.empty()) options.effort.seconds = std::stod(value);
    else if (word == "--rounds" && !value.empty()) options.effort.rounds = std::stol(value);
    else if (word == "--only" && !value.empty()) options.only.push_back(value);
    else if (word == "--python" && !value.empty()) options.python = value;
    else {
      std::fprintf(stderr,
                   "usage: %s [--json FILE] [--seconds S] [--rounds N] [--only TEXT]... "
                   "[--python PYTHON]\n",
                   argv[0]);
      std::exit(2);
    }
  }
  return options;
}

}  // namespace bench
