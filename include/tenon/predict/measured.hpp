// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Published times to compare with, from a JSON file of points:
///   {"points": [{"id": "P004", "family": "matmul kernels", "chip": "ascend910b1", "op": "matmul",
///     "shape": [8192, 8192, 8192], "base": [128, 256, 64], "microseconds": {"task": 12283.8}}]}
#include <map>
#include <nlohmann/json.hpp>

#include <tenon/backend/ascend/chip/chips.hpp>
#include <tenon/predict/predict_operator.hpp>

namespace tenon {

struct MeasuredPoint {
  std::string id, family, chip, source, report_only;  // report_only: why it is not fitted
  OperatorTask task;
  std::map<std::string, double> microseconds;  // task, mean_core, or a pipe's name
};

namespace detail {

inline Element element_of_word(const std::string& word) {
  for (int e = 0; e <= int(Element::int4x2); ++e)
    if (text(Element(e)) == word) return Element(e);
  if (word == "f16") return Element::float16;
  if (word == "f32") return Element::float32;
  if (word == "bf16") return Element::bfloat16;
  throw Error(sentence("there is no type ", word, ": float16, bfloat16, float32, int8, ..."));
}

inline MeasuredPoint measured_point(const nlohmann::json& x) {
  MeasuredPoint p;
  p.id = x.at("id");
  p.family = x.at("family");
  p.chip = x.at("chip");
  p.source = x.at("source");
  p.report_only = x.value("report_only", "");
  OperatorTask& t = p.task;
  t.op = x.at("op");
  t.shape = x.at("shape").get<std::vector<Index>>();
  t.element = element_of_word(x.value("element", "float16"));
  const std::string sums = t.element == Element::int8 ? "int32" : x.value("element", "float16");
  t.result = element_of_word(x.value("result", sums));
  t.transpose_b = x.value("transpose_b", false);
  t.b_nz = x.value("b_nz", false);
  t.warm = x.value("warm", false);
  t.into_l1 = x.value("into_l1", false);
  t.repeat = x.value("repeat", Index(1));
  t.matmul.cores = t.vector.cores = x.value("cores", Index(0));
  t.matmul.l1_buffers = x.value("l1_buffers", Index(2));
  t.vector.buffers = x.value("buffers", Index(2));
  const auto list = [&](const char* key) { return x.value(key, std::vector<Index>{}); };
  if (const auto base = list("base"); base.size() == 3)
    t.matmul.base_m = base[0], t.matmul.base_n = base[1], t.matmul.base_k = base[2];
  if (const auto steps = list("steps"); steps.size() == 2)
    t.matmul.step_ka = steps[0], t.matmul.step_kb = steps[1];
  if (const auto split = list("split"); split.size() == 2)
    t.matmul.cores_m = split[0], t.matmul.cores_n = split[1];
  t.tile = list("tile");
  t.axes = list("axes"), t.other = list("other"), t.filters = list("filters");
  t.stride = list("stride"), t.padding = list("padding");
  t.batch = x.value("batch", Index(1));
  if (t.tile.size() == 1) t.vector.tile = t.tile[0];
  for (const auto& [key, value] : x.at("microseconds").items())
    p.microseconds[key] = value.get<double>();
  return p;
}

}  // namespace detail

/// @throws Error that names the file and the point
inline std::vector<MeasuredPoint> measured_points(std::string_view json, const std::string& path) {
  const std::string blame = sentence("cannot read ", path, ": ");
  const auto all = nlohmann::json::parse(json, nullptr, false);
  if (all.is_discarded()) throw Error(blame + "it is no JSON");
  if (!all.is_object() || !all.contains("points") || !all["points"].is_array())
    throw Error(blame + "it has no list of points");
  std::vector<MeasuredPoint> points;
  for (const auto& x : all["points"]) try {
      points.push_back(detail::measured_point(x));
      for (const auto& [figure, microseconds] : points.back().microseconds)
        if (!(microseconds > 0)) throw Error(sentence(figure, " is not above 0"));
    } catch (const std::exception& error) {
      throw Error(
          sentence(blame, "point ", Index(points.size()), ": ", Error::unlabelled(error.what())));
    }
  return points;
}

/// What the model says for one of a point's figures; 0 where it has none of that name.
inline double predicted_figure(const OperatorTime& time, std::string_view figure) {
  if (figure == "task") return time.time.task;
  if (figure == "mean_core") return time.time.mean_core;
  for (int p = 0; p < ascend_pipes; ++p)
    if (text(AscendPipe(p)) == figure) return time.time.mean_busy[std::size_t(p)];
  return 0;
}

}  // namespace tenon
