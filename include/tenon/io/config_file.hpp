// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MindSpore Lite's config_file.ini: sections of keys and values.
///   # of all ranks
///   [ascend_context]
///   rank_table_file=/job/rank_table_8p.json
///   provider=ge
/// read_config_file("config_file.ini").rank_table_file == "/job/rank_table_8p.json"
#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <vector>

#include <tenon/core/sentence.hpp>
#include <tenon/io/mapped_file.hpp>

namespace tenon {

struct ConfigFile {
  std::string path;
  std::string rank_table_file, provider;  // of [ascend_context]; empty where it has none
  /// "ascend_context.precision_mode", and whole sections as "[ge_session_options]": what is
  /// MindSpore's and changes nothing here.
  std::vector<std::string> passed_over;
};

namespace detail {

class ConfigParser {
 public:
  explicit ConfigParser(const std::string& path) : file_{path, {}, {}, {}} {}

  ConfigFile parse(std::string_view text) {
    if (text.size() > most_bytes)
      fail("it has ", text.size(), " bytes; legal: ", most_bytes, " at most");
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      of_line(trimmed(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(file_);
  }

 private:
  static constexpr std::size_t most_bytes = 1 << 20, most_keys = 4096;
  /// Of [ascend_context]: the first ones are Tenon's too.
  static constexpr std::array<std::string_view, 16> known{"rank_table_file",
                                                          "provider",
                                                          "aoe_mode",
                                                          "device_id",
                                                          "dynamic_batch_size",
                                                          "dynamic_dims",
                                                          "dynamic_image_size",
                                                          "fusion_switch_config_file_path",
                                                          "input_format",
                                                          "input_shape",
                                                          "insert_op_config_file_path",
                                                          "op_select_impl_mode",
                                                          "output_type",
                                                          "plugin_custom_ops",
                                                          "precision_mode",
                                                          "rank_id"};

  [[noreturn]] void fail(const auto&... words) const {
    throw Error(line_ ? sentence(file_.path, ", line ", line_, ": ", words...)
                      : sentence(file_.path, ": ", words...));
  }
  static std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
  }

  void of_line(std::string_view line) {
    for (char letter : line)
      if (static_cast<unsigned char>(letter) < ' ' && letter != '\t')
        fail("it is no text: it holds the byte ", int(letter));
    if (line.empty() || line[0] == '#' || line[0] == ';') return;
    if (line[0] == '[') return of_section(line);
    const std::size_t equals = line.find('=');
    if (equals == line.npos) fail("it is no \"key=value\", \"[section]\" or \"# comment\"");
    const std::string key(trimmed(line.substr(0, equals)));
    std::string_view value = trimmed(line.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (key.empty()) fail("a value without a key");
    if (section_.empty()) fail(key, " stands before the first [section]");
    if (lines_.size() == most_keys) fail("more than ", most_keys, " keys");
    const auto [before, is_new] = lines_.try_emplace(section_ + "." + key, line_);
    if (!is_new) fail(key, " of [", section_, "] is given in line ", before->second, " too");
    if (section_ == "ascend_context") of_ascend_context(key, value);
  }
  void of_section(std::string_view line) {
    if (line.back() != ']') fail("a section's name ends with ]");
    section_ = trimmed(line.substr(1, line.size() - 2));
    if (section_.empty()) fail("a section without a name");
    if (section_ == "ascend_context") return;
    const std::string name = sentence("[", section_, "]");
    if (file_.passed_over.size() == most_keys) fail("more than ", most_keys, " sections");
    if (!std::ranges::count(file_.passed_over, name)) file_.passed_over.push_back(name);
  }
  void of_ascend_context(const std::string& key, std::string_view value) {
    if (std::ranges::find(known, key) == known.end()) {
      std::string legal;
      for (std::string_view name : known) legal.append(legal.empty() ? "" : ", ").append(name);
      fail("[ascend_context] has no ", key, "; legal: ", legal);
    }
    if (value.empty()) fail(key, " has no value");
    if (key == "rank_table_file") file_.rank_table_file = value;
    else if (key == "provider") file_.provider = value;
    else file_.passed_over.push_back(sentence("ascend_context.", key));
  }

  ConfigFile file_;
  std::size_t line_ = 0;
  std::string section_;
  std::map<std::string, std::size_t> lines_;  // of each key
};

}  // namespace detail

/// Other sections than [ascend_context] may hold any keys.
/// @throws Error that names the file and the line: no "key=value", a key that [ascend_context] has
/// not (with those that it has), a key twice, no value, no text.
inline ConfigFile parse_config_file(std::span<const char> text, const std::string& path) {
  return detail::ConfigParser(path).parse({text.data(), text.size()});
}
inline ConfigFile read_config_file(const std::string& path) {
  return parse_config_file(MappedFile(path).bytes(), path);
}

}  // namespace tenon
