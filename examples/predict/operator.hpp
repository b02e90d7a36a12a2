// SPDX-License-Identifier: Apache-2.0
#pragma once
/// tenon-predict op OPERATOR: what no schedule can beat, the estimate, how far it may be, and why.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include <tenon/io/atomic_write.hpp>
#include <tenon/predict/advice.hpp>
#include <tenon/predict/core_trace.hpp>
#include <tenon/predict/measured.hpp>
#include <tenon/predict/operator_program.hpp>
#include <tenon/predict/trace_svg.hpp>

namespace tenon::program {

struct OperatorOptions {
  std::string op, element = "f16", base, split, timeline;
  Index m = 0, n = 0, k = 0, cores = 0, batch = 1;
  std::vector<Index> shape, other, axes, window, stride, padding;
  bool transpose_b = false, b_nz = false, warm = false, as_json = false;
};

inline void describe(CLI::App& app, OperatorOptions& o) {
  const auto list = [&](const char* name, std::vector<Index>& numbers, const char* what) {
    app.add_option(name, numbers, what)->delimiter(',');
  };
  app.add_option("operator", o.op, operator_names())->required();
  for (const auto& [name, size] : {std::pair{"--m", &o.m}, {"--n", &o.n}, {"--k", &o.k}})
    app.add_option(name, *size, "of matmul, C[m,n] = A[m,k] B[k,n]");
  app.add_option("--batch", o.batch, "so many products, as of attention's heads")
      ->capture_default_str();
  list("--shape", o.shape, "sizes of the (first) input, as 4096,4096");
  list("--other", o.other, "of add and its like: the second's sizes [the first's]");
  list("--axis", o.axes,
       "of softmax, reduce_sum, layer_norm ...: along which [the last]; of "
       "transpose: the order of dimensions, as 0,2,1 [turned round]");
  list("--window", o.window, "of conv2d: the filters, as 64,3,7,7; of pools: 2,2");
  list("--stride", o.stride, "of them: down and across [1]");
  list("--pad", o.padding, "of them: top, bottom, left, right, or one for all [0]");
  app.add_option("--dtype", o.element, "f16, bf16, f32 or int8")->capture_default_str();
  app.add_option("--cores", o.cores, "so many of them [all]");
  app.add_option("--base", o.base, "matmul's tile, as 128x256x64 [chosen]");
  app.add_option("--split", o.split, "matmul's cores along m and n, as 4x6 [chosen]");
  app.add_flag("--transpose-b", o.transpose_b, "B lies as [n, k]");
  app.add_flag("--b-nz", o.b_nz, "B lies as FRACTAL_NZ");
  app.add_flag("--warm", o.warm, "of matmul: run again and again, what l2 can keep lies there");
  app.add_option("--timeline", o.timeline,
                 "write what the pipes of one core do: an .svg picture, or a .json for Perfetto");
  app.add_flag("--json", o.as_json, "one JSON document instead");
}

/// "128x256x64" as three numbers.
inline std::vector<Index> numbers_with_x(const std::string& words, std::size_t count,
                                         std::string_view what) {
  std::vector<Index> all;
  std::size_t at = 0;
  while (at < words.size() && all.size() <= count) {
    const std::size_t end = std::min(words.find('x', at), words.size());
    const std::string word = words.substr(at, end - at);
    if (word.empty() || word.size() > 9 ||
        word.find_first_not_of("0123456789") != std::string::npos)
      throw Error(sentence(what, " is ", Index(count), " numbers with x between, not ", words));
    all.push_back(std::stoll(word));
    at = end + 1;
  }
  if (all.size() != count || words.ends_with('x'))
    throw Error(sentence(what, " is ", Index(count), " numbers with x between, not ", words));
  return all;
}

inline OperatorTask task_of(const OperatorOptions& o) {
  OperatorTask t{.op = o.op, .shape = o.shape};
  t.element = detail::element_of_word(o.element);
  t.result = t.element == Element::int8 ? Element::int32 : t.element;
  t.transpose_b = o.transpose_b, t.b_nz = o.b_nz, t.warm = o.warm, t.batch = o.batch;
  t.axes = o.axes, t.other = o.other, t.filters = o.window;
  t.stride = o.stride, t.padding = o.padding;
  t.matmul.cores = t.vector.cores = o.cores;
  if (o.op == "matmul" && o.m + o.n + o.k > 0) t.shape = {o.m, o.n, o.k};
  if (!o.base.empty()) {
    const auto base = numbers_with_x(o.base, 3, "--base");
    t.matmul.base_m = base[0], t.matmul.base_n = base[1], t.matmul.base_k = base[2];
  }
  if (!o.split.empty()) {
    const auto split = numbers_with_x(o.split, 2, "--split");
    t.matmul.cores_m = split[0], t.matmul.cores_n = split[1];
  }
  if (!o.timeline.empty() && !o.timeline.ends_with(".svg") && !o.timeline.ends_with(".json"))
    throw Error(sentence("--timeline ", o.timeline, ": its name ends in .svg or .json"));
  if (t.shape.empty())
    throw Error(o.op == "matmul" ? "matmul needs --m, --n and --k" : "say the --shape");
  return t;
}

inline nlohmann::ordered_json described(const OperatorTask& task, const AscendChip& chip,
                                        const OperatorTime& x) {
  nlohmann::ordered_json pipes;
  for (int p = 0; p < ascend_pipes; ++p)
    pipes[std::string(text(AscendPipe(p)))] = {{"mean", x.time.mean_busy[std::size_t(p)]},
                                               {"most", x.time.most_busy[std::size_t(p)]}};
  return {{"op", task.op},
          {"shape", task.shape},
          {"element", text(task.element)},
          {"chip", chip.name},
          {"validated", x.validated},
          {"unit", "us"},
          {"lower_bound", x.roofline.bound()},
          {"limit", x.roofline.limit()},
          {"estimate", x.time.task},
          {"upper", x.upper},
          {"band", x.band},
          {"family", x.family},
          {"tiling", x.tiling},
          {"advice", advice(task, x, chip)},
          {"cores", x.time.cores},
          {"core_mean", x.time.mean_core},
          {"core_most", x.time.core},
          {"pipes", pipes},
          {"macs", x.time.macs},
          {"bytes",
           {{"read", x.time.read_bytes},
            {"written", x.time.written_bytes},
            {"hbm", x.time.hbm_bytes},
            {"l1_to_l0", x.time.l1_to_l0_bytes}}},
          {"instructions", x.time.instructions}};
}

inline void print(const OperatorTask& task, const AscendChip& chip, const OperatorTime& x) {
  std::printf("%s%s\n", chip.name.c_str(),
              x.validated ? "" : ": NOT VALIDATED, no times of its kernels are published");
  if (x.time.task == 0) {
    std::printf("  no time: it is the same memory\n");
    return;
  }
  std::printf("  no less than  %14.2f us   (%s)\n", x.roofline.bound(),
              std::string(x.roofline.limit()).c_str());
  std::printf("  estimate      %14.2f us\n", x.time.task);
  if (has_published_times(x.family))
    std::printf("  no more than  %14.2f us   (8 of 10 %s were within %.0f %%)\n", x.upper,
                x.family.c_str(), 100 * x.band);
  else
    std::printf("  no more than  %14.2f us   (few %s are published: a guess)\n", x.upper,
                x.family.c_str());
  std::printf("  %s\n  pipe   mean us of a core     most\n", x.tiling.c_str());
  for (int p = 0; p < ascend_pipes; ++p)
    if (x.time.most_busy[std::size_t(p)] > 0)
      std::printf("  %-4s %18.2f %10.2f\n", std::string(text(AscendPipe(p))).c_str(),
                  x.time.mean_busy[std::size_t(p)], x.time.most_busy[std::size_t(p)]);
  std::printf("  %.0f cores read %.3f MB and write %.3f MB, of both %.3f MB by HBM\n", x.time.cores,
              x.time.read_bytes / 1e6, x.time.written_bytes / 1e6, x.time.hbm_bytes / 1e6);
  std::printf("  what would help: %s\n", advice(task, x, chip).c_str());
}

/// Of the first core, from its first instruction to its last.
inline void write_timeline(const OperatorTask& task, const AscendChip& chip,
                           const std::string& path) {
  Trace trace;
  add_pipes(trace, {0, task.op, 0}, program_of(task, chip), chip);
  const std::string title = sentence(task.op, " ", text(task.shape), ", one core of ", chip.name);
  const std::string all = path.ends_with(".svg") ? svg_of(trace, title) : trace.json();
  write_file(path, {std::span(all.data(), all.size())});
}

inline void predict_one(const AscendChip& chip, const OperatorOptions& o) {
  const OperatorTask task = task_of(o);
  const OperatorTime time = predict(task, chip);
  if (o.as_json) std::cout << described(task, chip, time).dump(1) << "\n";
  else print(task, chip, time);
  if (!o.timeline.empty()) write_timeline(task, chip, o.timeline);
}

}  // namespace tenon::program
