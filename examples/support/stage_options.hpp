// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How users put the layers of a model file into pipeline stages:
///   --pipeline-stages layer1=0,layer3=1
#include <CLI/CLI.hpp>

#include <tenon/core/sentence.hpp>
#include <tenon/plan/with_stages.hpp>

namespace tenon::program {

inline CLI::Option* describe_stages(CLI::App& app, std::vector<std::string>& words) {
  return app
      .add_option("--pipeline-stages", words,
                  "layer1=0,layer3=1: the stage of each operator that reads a parameter layer1.*; "
                  "the others follow what they read")
      ->delimiter(',')
      ->allow_extra_args(false);
}

/// @throws Error for a word that is no name and number
inline std::vector<LayerStage> layer_stages(const std::vector<std::string>& words) {
  std::vector<LayerStage> all;
  for (const std::string& word : words) {
    const std::size_t equals = word.rfind('=');
    const std::string number = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (equals == 0 || number.empty() || number.size() > 9 ||
        number.find_first_not_of("0123456789") != std::string::npos)
      throw Error(sentence("--pipeline-stages ", word, "; legal: layer1=0,layer3=1"));
    all.push_back({word.substr(0, equals), std::stoll(number)});
  }
  return all;
}

}  // namespace tenon::program
