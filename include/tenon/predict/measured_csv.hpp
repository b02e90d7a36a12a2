// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Measured times as a table, a row a point:
///   id,chip,op,shape,element,cores,task us,M us
///   mine,ascend910b1,matmul,8192x8192x8192,float16,24,4021.5,3090.1
/// A column that ends in " us" is a figure: task, mean_core, or a pipe's name; every other one is a
/// key of the JSON form (measured.hpp). An empty field is not said. "family" may lack.
#include <charconv>

#include <tenon/predict/measured.hpp>

namespace tenon {

namespace detail {

inline std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') fields.back() += c, ++i;
    else if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) fields.emplace_back();
    else fields.back() += c;
  }
  if (quoted) throw Error("a quotation mark is not closed");
  return fields;
}

inline double csv_number(const std::string& field) {
  double value = 0;
  const auto end = std::from_chars(field.data(), field.data() + field.size(), value);
  if (end.ec != std::errc() || end.ptr != field.data() + field.size())
    throw Error(sentence(field, " is no number"));
  return value;
}

inline nlohmann::json csv_value(const std::string& key, const std::string& field) {
  constexpr std::string_view lists[] = {"shape", "base",    "split",  "steps", "tile",
                                        "axes",  "filters", "stride", "other", "padding"};
  constexpr std::string_view flags[] = {"transpose_b", "b_nz", "into_l1"};
  constexpr std::string_view numbers[] = {"cores", "repeat", "l1_buffers", "buffers", "batch"};
  if (std::ranges::find(flags, key) != std::end(flags)) return field == "1" || field == "true";
  if (std::ranges::find(numbers, key) != std::end(numbers)) return Index(csv_number(field));
  if (std::ranges::find(lists, key) == std::end(lists)) return field;
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t at = 0; at <= field.size();) {
    const std::size_t end = std::min(field.find('x', at), field.size());
    list.push_back(Index(csv_number(field.substr(at, end - at))));
    at = end + 1;
  }
  return list;
}

inline std::string csv_family(const nlohmann::json& point) {
  if (point.value("op", "") == "matmul")
    return point.contains("base") ? "matmul kernels" : "library matmul";
  if (point.value("op", "") == "copy_in") return "copies";
  if (point.value("op", "") == "conv2d") return "convolutions";
  if (point.value("op", "") == "transpose") return "transpositions";
  return point.contains("tile") ? "add kernels" : "element-wise library";
}

}  // namespace detail

/// @throws Error that names the file and the line
inline std::vector<MeasuredPoint> measured_points_of_csv(std::string_view text,
                                                         const std::string& path) {
  std::vector<std::string> names;
  std::vector<MeasuredPoint> points;
  Index number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (line.empty()) continue;
    try {
      const std::vector<std::string> fields = detail::csv_fields(line);
      if (names.empty()) {
        names = fields;
        continue;
      }
      if (fields.size() != names.size())
        throw Error(
            sentence(Index(fields.size()), " fields, the first line has ", Index(names.size())));
      nlohmann::json point{{"source", path}, {"microseconds", nlohmann::json::object()}};
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].empty()) continue;
        const std::string_view name = names[i];
        if (name.ends_with(" us"))
          point["microseconds"][std::string(name.substr(0, name.size() - 3))] =
              detail::csv_number(fields[i]);
        else point[names[i]] = detail::csv_value(names[i], fields[i]);
      }
      if (!point.contains("family")) point["family"] = detail::csv_family(point);
      points.push_back(detail::measured_point(point));
      for (const auto& [figure, microseconds] : points.back().microseconds)
        if (!(microseconds > 0)) throw Error(sentence(figure, " is not above 0"));
      if (points.back().microseconds.empty()) throw Error("no column \"task us\" has a number");
    } catch (const std::exception& error) {
      throw Error(
          sentence("cannot read ", path, ": line ", number, ": ", Error::unlabelled(error.what())));
    }
  }
  if (points.empty()) throw Error(sentence("cannot read ", path, ": it has no points"));
  return points;
}

}  // namespace tenon
