// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A timeline as a picture: a row for each thread of each device, a box for each event.
///   file << svg_of(trace, "matmul 256x512x1024 on ascend910b1");
#include <tenon/predict/trace.hpp>

namespace tenon {

namespace detail {

/// What SVG's text may not hold.
inline std::string in_svg(std::string_view text) {
  std::string all;
  for (const char c : text)
    if (c == '&') all += "&amp;";
    else if (c == '<') all += "&lt;";
    else all += c;
  return all;
}

/// 1, 2 or 5 times a power of ten of nanoseconds: some six of them.
inline Index tick_of(Index all) {
  Index tick = 1;
  for (int i = 0; all / tick > 8; ++i) tick = tick * (i % 3 == 1 ? 5 : 4) / 2;
  return tick;
}

struct TimelinePicture {
  static constexpr Index left = 110, width = 860, row = 24, top = 34;
  Index last;
  std::string boxes{}, labels{};
  Index rows = 0;

  std::string at(Index ns) const {
    const Index tenths = left * 10 + ns * width * 10 / std::max<Index>(last, 1);
    return sentence(tenths / 10, ".", tenths % 10);
  }
  static std::string_view colour(std::string_view thread) {
    constexpr std::string_view colours[][2] = {
        {"M", "#c0392b"},    {"V", "#af7ac5"},   {"MTE1", "#e59866"}, {"MTE2", "#2471a3"},
        {"MTE3", "#85c1e9"}, {"FIX", "#7d8b99"}, {"HCCL", "#b7950b"}, {"AI Core", "#2471a3"}};
    for (const auto& [name, its] : colours)
      if (name == thread) return its;
    return "#7d8b99";
  }
  void add_row(Index device, const std::string& thread, bool says_device) {
    const Index y = top + rows++ * row;
    labels += sentence("<text x=\"", left - 8, "\" y=\"", y + 15, "\" text-anchor=\"end\">",
                       says_device ? sentence("device ", device, " ") : std::string(),
                       in_svg(thread), "</text>\n");
  }
  void add_box(const std::string& thread, const std::string& name, Index from, Index to) {
    const Index y = top + (rows - 1) * row;
    const Index tenths = (to - from) * width * 10 / std::max<Index>(last, 1);
    boxes +=
        sentence("<rect x=\"", at(from), "\" y=\"", y, "\" width=\"", tenths / 10, ".", tenths % 10,
                 "\" height=\"", row - 4, "\" fill=\"", colour(thread), "\"><title>", in_svg(name),
                 ": ", microseconds(to - from), " us</title></rect>\n");
    if (tenths / 10 > Index(name.size()) * 7)
      boxes += sentence("<text x=\"", at(from + (to - from) / 2), "\" y=\"", y + 14,
                        "\" text-anchor=\"middle\" fill=\"#ffffff\">", in_svg(name), "</text>\n");
  }
};

}  // namespace detail

/// @throws Error where there is nothing to see, or more than a picture shows
inline std::string svg_of(const Trace& trace, const std::string& title) {
  constexpr Index most = 20000;
  Index count = 0;
  detail::TimelinePicture picture{0};
  std::pair<Index, std::string> before{-1, ""};
  Index devices = 0;
  trace.for_each([&](Index device, const std::string&, const std::string&, Index, Index to) {
    ++count;
    devices = std::max(devices, device + 1);
    picture.last = std::max(picture.last, to);
  });
  if (count == 0 || count > most)
    throw Error(sentence("a picture of ", count, " events; legal: 1 to ", most));
  trace.for_each(
      [&](Index device, const std::string& thread, const std::string& name, Index from, Index to) {
        if (std::pair(device, thread) != before) picture.add_row(device, thread, devices > 1);
        before = {device, thread};
        picture.add_box(thread, name, from, to);
      });
  using P = detail::TimelinePicture;
  const Index bottom = P::top + picture.rows * P::row;
  std::string axis;
  const Index tick = detail::tick_of(picture.last);
  for (Index t = 0; t <= picture.last; t += tick)
    axis += sentence("<line x1=\"", picture.at(t), "\" x2=\"", picture.at(t), "\" y1=\"",
                     P::top - 4, "\" y2=\"", bottom, "\" stroke=\"#d5d8dc\"/>\n<text x=\"",
                     picture.at(t), "\" y=\"", bottom + 14, "\" text-anchor=\"middle\">",
                     detail::microseconds(t), "</text>\n");
  const Index width = P::left + P::width + 30, height = bottom + 34;
  return sentence("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width, "\" height=\"",
                  height, "\" viewBox=\"0 0 ", width, " ", height,
                  "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" "
                  "height=\"100%\" fill=\"#ffffff\"/>\n<text x=\"",
                  P::left, "\" y=\"18\" font-size=\"12\">", detail::in_svg(title), "</text>\n",
                  axis, picture.boxes, picture.labels, "<text x=\"", P::left + P::width / 2,
                  "\" y=\"", bottom + 30,
                  "\" text-anchor=\"middle\">microseconds</text>\n</svg>\n");
}

}  // namespace tenon
