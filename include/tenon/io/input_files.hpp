// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Files that are read, none of which may be written meanwhile, whatever its names:
///   InputFiles inputs; inputs.add("x.ckpt"); inputs.check_apart("link_to_x.ckpt")
///   tenon: cannot write link_to_x.ckpt: it is the input x.ckpt: give other names, ...
#include <sys/stat.h>

#include <map>

#include <tenon/io/tensor_file.hpp>

namespace tenon {

/// They are known by device and inode, so that links and ./x are the same.
class InputFiles {
 public:
  /// A file, or nothing where there is none.
  void add(const std::string& path) {
    if (const auto found = identity(path)) known_.emplace(*found, path);
  }
  /// All files that a tensor file is of: an index, too, and those that it names.
  void add(const TensorFile& file) {
    add(file.path());
    for (const MappedFile& one : file.files()) add(one.path());
  }
  /// @throws Error that names both when a file to be written is one of these: half way through, an
  /// error would leave neither.  Cost: one look at the file.
  void check_apart(const std::string& written) const {
    const auto found = identity(written);
    const auto input = found ? known_.find(*found) : known_.end();
    if (input != known_.end())
      cannot_write(written, std::string("it is the input ")
                                .append(input->second)
                                .append(": give other names, or another folder"));
  }

 private:
  using Identity = std::pair<dev_t, ino_t>;

  static std::optional<Identity> identity(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return Identity(status.st_dev, status.st_ino);
  }

  std::map<Identity, std::string> known_;
};

}  // namespace tenon
