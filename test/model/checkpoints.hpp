// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Checkpoints for the tests of loading: MindSpore's slices, whole or spoilt, in a folder that all
/// ranks see.
///   Checkpoints files(world);  files.spoil([&] { files.write(3, ""); });
#include <unistd.h>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/serialization/string.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <tenon/io/checkpoint.hpp>

#include "../io/files.hpp"

namespace tenon::test {

/// Whether a text holds all of these.
inline bool has(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    if (text.find(part) == text.npos) return false;
  return true;
}

/// A tensor of a checkpoint, in protobuf's letters: Checkpoint{value{tag, tensor{dims, type,
/// content}}}.
inline std::string stored(const std::string& name, const std::vector<std::uint64_t>& dims,
                          const std::string& content, const std::string& type = "Float32") {
  const auto number = [](std::uint64_t n) {
    std::string s;
    for (; n > 127; n >>= 7) s += char(n | 128);
    return s += char(n);
  };
  const auto field = [&](int id, const std::string& bytes) {
    return number(std::uint64_t(id) * 8 + 2) + number(bytes.size()) + bytes;
  };
  std::string tensor;
  for (std::uint64_t size : dims) tensor += number(8) + number(size);
  tensor += field(2, type) + field(3, content);
  return field(1, field(1, name) + field(2, tensor));
}

/// MindSpore's eight slices, laid out as examples/data/seed8: to be changed on rank 0.
class Checkpoints {
 public:
  explicit Checkpoints(const boost::mpi::communicator& world) : world_(world) {
    if (world.rank() == 0) {
      path_ = (std::filesystem::temp_directory_path() / "tenon-model-XXXXXX").string();
      if (!::mkdtemp(path_.data())) path_.clear();
    }
    boost::mpi::broadcast(world, path_, 0);
    restore();
  }
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;
  ~Checkpoints() {
    world_.barrier();
    if (world_.rank() == 0) std::filesystem::remove_all(path_);
  }

  std::string pattern() const { return path_ + "/rank_{}/mlp{}.ckpt"; }
  std::string strategy() const { return example() + "/strategy.ckpt"; }
  std::string file(int rank) const {
    return path_ + "/rank_" + std::to_string(rank) + "/mlp" + std::to_string(rank) + ".ckpt";
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// The bytes of a rank's slices as MindSpore wrote them.
  std::string original(int rank) const {
    const std::string number = std::to_string(rank % 4 < 2 ? 0 : 2);
    return bytes_of(
        std::string(example()).append("/rank_").append(number).append("/mlp").append(number).append(
            ".ckpt"));
  }

  /// Rank 0 alone changes files, while the others wait.
  void spoil(const std::function<void()>& change) {
    restore();
    if (world_.rank() == 0) change();
    world_.barrier();
  }
  void write(const std::string& path, const std::string& bytes) const {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
  }
  void write(int rank, const std::string& bytes) const { write(file(rank), bytes); }

  /// The network of the slices in one file: layer1's columns and layer3's rows are in two halves.
  std::string whole() const {
    const Checkpoint low(example() + "/rank_0/mlp0.ckpt"), high(example() + "/rank_2/mlp2.ckpt");
    std::string all;
    for (const StoredTensor& half : low) {
      std::string a = content(half), b = content(high.at(half.name)), joined = a;
      std::vector<std::uint64_t> dims(half.shape.begin(), half.shape.end());
      if (half.name == "layer1.weight") {  // 784 rows of two halves
        joined.clear();
        const std::size_t row = a.size() / 784;
        for (std::size_t at = 0; at < a.size(); at += row)
          joined += a.substr(at, row) + b.substr(at, row);
        dims[1] *= 2;
      } else if (half.name == "layer3.weight") {
        joined = a + b;
        dims[0] *= 2;
      }
      all += stored(half.name, dims, joined);
    }
    return all;
  }

 private:
  static std::string example() { return TENON_EXAMPLE_DATA "/seed8"; }
  static std::string content(const StoredTensor& tensor) {
    std::string bytes;
    for (const auto& chunk : tensor.chunks)
      bytes.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return bytes;
  }
  void restore() {
    world_.barrier();
    for (int rank = 0; rank < 8 && world_.rank() == 0; ++rank) {
      const std::string number = std::to_string(rank % 4 < 2 ? 0 : 2);
      std::filesystem::create_directories(path_ + "/rank_" + std::to_string(rank));
      std::filesystem::remove(file(rank));
      std::filesystem::create_symlink(std::string(example())
                                          .append("/rank_")
                                          .append(number)
                                          .append("/mlp")
                                          .append(number)
                                          .append(".ckpt"),
                                      file(rank));
    }
    world_.barrier();
  }

  boost::mpi::communicator world_;
  std::string path_;
};

}  // namespace tenon::test
