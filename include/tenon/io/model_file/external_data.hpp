// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The files beside a model that its large tensors lie in:
///   ExternalData beside("models/x.onnx", files);  beside.bytes("x.data", 4096, 64)
#include <map>
#include <optional>
#include <vector>

#include <tenon/core/dims.hpp>
#include <tenon/io/mapped_file.hpp>

namespace tenon::detail {

/// Maps each file once, into `files`.
class ExternalData {
 public:
  ExternalData(const std::string& model, std::vector<MappedFile>& files)
      : folder_(model.substr(0, model.rfind('/') + 1)), files_(&files) {}

  /// Bytes [offset, offset + length) of a file in the model's folder or below; all that follow,
  /// where no length is given.
  /// @throws Error that says what of the file is wrong; the caller says of which tensor.
  std::span<const char> bytes(const std::string& location, Index offset,
                              std::optional<Index> length) {
    check_location(location);
    const std::span<const char> all = file(location);
    const Index size = Index(all.size());
    const Index count = length.value_or(offset <= size ? size - offset : 0);
    if (offset < 0 || count < 0 || offset > size || count > size - offset)
      throw Error(std::string("it lies in bytes ").append(text(offset)).append(" to ")
                      .append(text(offset)).append(" + ").append(text(count)).append(" of ")
                      .append(location).append(", which has ").append(text(size))
                      .append(": it is cut short or damaged"));
    return all.subspan(std::size_t(offset), std::size_t(count));
  }

 private:
  static constexpr std::size_t most_files = 4096;

  /// A model must not read other files than its own.
  static void check_location(std::string_view location) {
    bool legal = !location.empty() && location.front() != '/' && location.size() <= 4096 &&
                 location.find('\0') == location.npos;
    for (std::size_t first = 0; legal && first <= location.size();) {
      const std::size_t last = std::min(location.find('/', first), location.size());
      legal = location.substr(first, last - first) != "..";
      first = last + 1;
    }
    if (!legal)
      throw Error(std::string("it lies in '").append(location.substr(0, 256))
                      .append("'; legal: a file in the model's folder or below"));
  }

  std::span<const char> file(const std::string& location) {
    const auto [place, is_new] = places_.try_emplace(location, files_->size());
    if (is_new) {
      if (places_.size() > most_files) throw Error("its tensors lie in more than 4096 files");
      files_->push_back(MappedFile(folder_ + location));
    }
    return (*files_)[place->second].bytes();
  }

  std::string folder_;
  std::vector<MappedFile>* files_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace tenon::detail
