// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How much of the machine others took meanwhile: other programs, and a virtual machine's host.
///   Disturbance others(ranks);  ...;  others.cores() == 0.03;
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "together.hpp"

namespace bench {

class Disturbance {
 public:
  explicit Disturbance(Together& ranks) : ranks_(ranks), start_(now()), at_start_(seconds()) {}

  /// Since it was made; 0 where the system does not tell. Collective.
  double cores() const { return (seconds() - at_start_) / (now() - start_); }

 private:
  /// Of all cores since the system began, less what these ranks and their children took.
  double seconds() const {
    const double tick = 1.0 / double(::sysconf(_SC_CLK_TCK));
    const std::string self = std::to_string(::getpid());
    double own = 0;
    std::error_code none;
    for (const auto& process : std::filesystem::directory_iterator("/proc", none)) {
      const std::string id = process.path().filename();
      if (id.find_first_not_of("0123456789") != std::string::npos) continue;
      std::ifstream file(process.path() / "stat");
      std::string stat;
      std::getline(file, stat);  // "12 (name) R 1 ...", the name may hold anything
      std::istringstream after(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
      std::vector<std::string> words;
      for (std::string word; words.size() < 13 && after >> word;) words.push_back(word);
      if (words.size() == 13 && (id == self || words[1] == self))
        own += (std::stod(words[11]) + std::stod(words[12])) * tick;
    }
    own = ranks_.sum(own);
    std::ifstream file("/proc/stat");
    std::string cpu;
    double user = 0, nice = 0, system = 0, idle, waiting, interrupts = 0, soft = 0, stolen = 0;
    file >> cpu >> user >> nice >> system >> idle >> waiting >> interrupts >> soft >> stolen;
    return file ? (user + nice + system + interrupts + soft + stolen) * tick - own : 0;
  }

  Together& ranks_;
  double start_, at_start_;
};

}  // namespace bench
