// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A machine as a JSON file, for --machine and for programs:
///   {"name": "mine", "source": "measured", "flops": 9e10, "memory_rate": 1e10, "step": 5e-7,
///    "memory": 4e9, "node_ranks": 8, "processors": 2,
///    "inside": {"exchange": 5e-6, "message": 1e-6, "rate": 5e9, "sums": 3e9},
///    "between": {"exchange": 4e-5, "message": 5e-6, "rate": 1.2e9}}
/// Seconds, bytes, and either a second, as search/machine.hpp says. `name`, `source`, `memory`,
/// `cache` with `cache_rate`, and `sums` may be left out; without `between` it is one node alone,
/// and more ranks than node_ranks are an error.
#include <cmath>
#include <set>
#include <string>
#include <nlohmann/json.hpp>

#include <tenon/core/sentence.hpp>
#include <tenon/io/mapped_file.hpp>
#include <tenon/search/machine_check.hpp>
#include <tenon/search/machines.hpp>

namespace tenon {

struct MachineFile {
  std::string name, source;
  Machine machine;
};

namespace detail {

inline constexpr std::size_t most_bytes_of_machine = 1 << 16;

/// A member's numbers; what is there besides is an error.
class MachineNumbers {
 public:
  MachineNumbers(const nlohmann::json& object, std::string blame)
      : object_(object), blame_(std::move(blame)) {
    if (!object.is_object()) throw Error(blame_ + "an object of numbers is expected");
  }
  /// @return whether it is there
  bool read(const char* key, double& number, const MachineRange& range, bool needed = true) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
      if (needed) throw Error(sentence(blame_, key, " is missing"));
      return false;
    }
    const double value = found->is_number() ? found->get<double>() : NAN;
    if (!range.contains(value))
      throw Error(sentence(blame_, key, " is ", found->dump(), "; legal: ", range.legal));
    number = value;
    return true;
  }
  void read(const char* key, Index& count) {
    double number = 0;
    read(key, number, {1, double(most_devices), "1 to 1073741824 of a node, whole"});
    if (number != std::floor(number))
      throw Error(sentence(blame_, key, " is ", object_[key].dump(),
                           "; legal: 1 to 1073741824 of a node, whole"));
    count = Index(number);
  }
  std::string word(const char* key) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return {};
    if (!found->is_string()) throw Error(sentence(blame_, key, " is no text"));
    return found->get<std::string>();
  }
  const nlohmann::json* member(const char* key, bool needed) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end() && needed) throw Error(sentence(blame_, key, " is missing"));
    return found == object_.end() ? nullptr : &*found;
  }
  void check_rest() const {
    std::string legal;
    for (const std::string& key : known_) legal.append(legal.empty() ? "" : ", ").append(key);
    for (const auto& [key, ignored] : object_.items())
      if (!known_.contains(key))
        throw Error(sentence(blame_, "there is no ", key, "; legal: ", legal));
  }

 private:
  const nlohmann::json& object_;
  std::string blame_;
  std::set<std::string> known_;
};

inline MachineLink machine_link(const nlohmann::json& json, const std::string& blame) {
  MachineLink link;
  MachineNumbers numbers(json, blame);
  numbers.read("exchange", link.exchange, legal_seconds);
  numbers.read("message", link.message, legal_seconds);
  numbers.read("rate", link.rate, legal_rate);
  numbers.read("sums", link.sums, legal_rate, false);
  numbers.check_rest();
  return link;
}

}  // namespace detail

/// @throws Error that names the file and the number: no JSON, a number that is missing, unknown or
/// out of range.
inline MachineFile parse_machine(std::span<const char> text, const std::string& path) {
  const std::string blame = sentence("cannot read ", path, ": ");
  if (text.size() > detail::most_bytes_of_machine)
    throw Error(sentence(blame, text.size(), " bytes; a machine takes ",
                         detail::most_bytes_of_machine, " at most"));
  const auto json = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) throw Error(blame + "it is no JSON");
  detail::MachineNumbers numbers(json, blame);
  MachineFile file{numbers.word("name"), numbers.word("source"), {}};
  Machine& m = file.machine;
  numbers.read("flops", m.flops, detail::legal_flops);
  numbers.read("memory_rate", m.memory_rate, detail::legal_rate);
  numbers.read("step", m.step, detail::legal_seconds);
  numbers.read("memory", m.memory, detail::legal_memory, false);
  const bool cached = numbers.read("cache", m.cache, detail::legal_cache, false);
  numbers.read("cache_rate", m.cache_rate, detail::legal_rate, cached);
  numbers.read("node_ranks", m.node_ranks);
  numbers.read("processors", m.processors);
  m.inside = detail::machine_link(*numbers.member("inside", true), blame + "inside: ");
  if (const auto* between = numbers.member("between", false))
    m.between = detail::machine_link(*between, blame + "between: ");
  numbers.check_rest();
  return file;
}

/// @param name of a machine that is known (search/machines.hpp), or a path that ends in .json
/// @throws Error as parse_machine; also when the file cannot be read or the name is unknown.
inline MachineFile read_machine(const std::string& name) {
  if (name.ends_with(".json")) return parse_machine(MappedFile(name).bytes(), name);
  if (const NamedMachine* known = find_machine(name))
    return {std::string(known->name), std::string(known->source), known->machine};
  std::string names;
  for (const NamedMachine& one : machines) names.append(one.name).append(", ");
  throw Error(
      sentence("there is no machine ", name, "; legal: ", names, "or a file that ends in .json"));
}

/// What parse_machine reads.
inline std::string machine_json(const MachineFile& file) {
  const auto link = [](const MachineLink& link) {
    nlohmann::ordered_json json{
        {"exchange", link.exchange}, {"message", link.message}, {"rate", link.rate}};
    if (link.sums > 0) json["sums"] = link.sums;
    return json;
  };
  const Machine& m = file.machine;
  nlohmann::ordered_json all{{"name", file.name},
                             {"source", file.source},
                             {"flops", m.flops},
                             {"memory_rate", m.memory_rate},
                             {"step", m.step},
                             {"memory", m.memory},
                             {"cache", m.cache},
                             {"cache_rate", m.cache_rate},
                             {"node_ranks", m.node_ranks},
                             {"processors", m.processors},
                             {"inside", link(m.inside)}};
  if (m.between.stated()) all["between"] = link(m.between);
  return all.dump(1);
}

}  // namespace tenon
