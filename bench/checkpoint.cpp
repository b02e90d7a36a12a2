// SPDX-License-Identifier: Apache-2.0
// How fast ranks load their slices of one file of 1 GiB, and what memory it takes them:
//   mpirun -n 4 build/bench/checkpoint [FOLDER] [--keep] [--rounds 7] [--python python3] [--json F]
// 16 matrices of 4096 x 4096 floats, the even ones cut by rows, the odd ones by columns; the file
// is made where it is not there, is in the page cache, and is removed unless it is kept. Beside
// it: a plain copy out of a map, and safetensors for Python.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/mpi/collectives.hpp>
#include <boost/mpi/environment.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/io/write_safetensors.hpp>
#include <tenon/model/load.hpp>

#include "support/report.hpp"

using namespace tenon;
namespace mpi = boost::mpi;

namespace {

constexpr Index tensors = 16, rows = 4096, columns = 4096, total = tensors * rows * columns * 4;

std::string name(Index tensor) { return "layers." + std::to_string(tensor) + ".weight"; }
float value(Index tensor, Index element) { return float((element * 31 + tensor * 7) % 16777213); }

void make_file(const std::string& path) {
  std::vector<TensorSource> sources;
  for (Index tensor = 0; tensor < tensors; ++tensor)
    sources.emplace_back(name(tensor), Element::float32, Dims{rows, columns},
                         [=](const Pieces& write) {
                           std::vector<float> row(columns);
                           for (Index i = 0; i < rows; ++i) {
                             for (Index j = 0; j < columns; ++j)
                               row[std::size_t(j)] = value(tensor, i * columns + j);
                             write({reinterpret_cast<const char*>(row.data()), row.size() * 4});
                           }
                         });
  write_safetensors(path, sources, {.metadata = {}, .mode = 0600});
}

/// The parameters alone, of a network that is cut over so many ranks.
Plan plan_of(int ranks) {
  Plan plan;
  plan.devices = ranks;
  for (Index tensor = 0; tensor < tensors; ++tensor) {
    Buffer b;
    b.place = Buffer::Place::parameter;
    b.distribution = whole({rows, columns}).cut(int(tensor % 2), {{ranks, 1}});
    b.offset = plan.parameters;
    b.name.first = int(plan.letters.size());
    for (char letter : name(tensor)) plan.letters.push_back(letter);
    b.name.count = int(plan.letters.size()) - b.name.first;
    plan.parameters += b.bytes();
    plan.buffers.push_back(b);
  }
  return plan;
}

struct Setting {
  mpi::communicator world;
  Communication& communication;
  std::string path, python;
  Plan plan;

  Box box(Index tensor) const { return plan.buffer(int(tensor)).distribution.box(world.rank()); }
};

/// What a rank has loaded: memory that holds its slices, and where they begin.
struct Loaded {
  std::shared_ptr<const void> memory;
  std::vector<const std::byte*> slices;
};

Loaded plain_copy(const Setting& setting) {
  auto file = Safetensors(MappedFile(setting.path));
  std::size_t bytes = 0;
  for (Index t = 0; t < tensors; ++t) bytes += std::size_t(volume(setting.box(t)) * 4);
  Loaded loaded;
  const std::shared_ptr<std::byte[]> memory(new std::byte[bytes]);
  std::byte* to = memory.get();
  for (Index t = 0; t < tensors; ++t) {
    const Box box = setting.box(t);
    const auto* from = reinterpret_cast<const std::byte*>(file.at(name(t)).chunks[0].data());
    const Index width = box[1].size() * 4;
    loaded.slices.push_back(to);
    if (width == columns * 4) {
      std::memcpy(to, from + box[0].first * width, std::size_t(box[0].size() * width));
      to += box[0].size() * width;
      continue;
    }
    for (Index i = box[0].first; i < box[0].last; ++i, to += width)
      std::memcpy(to, from + (i * columns + box[1].first) * 4, std::size_t(width));
  }
  loaded.memory = memory;
  return loaded;
}

Loaded load(const Setting& setting, LoadWay way) {
  const auto parameters = std::make_shared<Parameters>(view(setting.plan));
  load_parameters(*parameters, setting.communication, setting.path, "", {.way = way});
  Loaded loaded{parameters, {}};
  for (const Parameters::Slice& slice : parameters->slices()) loaded.slices.push_back(slice.data);
  return loaded;
}
Loaded read(const Setting& setting) { return load(setting, LoadWay::read); }
Loaded mapped(const Setting& setting) { return load(setting, LoadWay::mapped); }
/// What is used in place costs something when it is used first.
Loaded mapped_and_used(const Setting& setting) {
  Loaded loaded = mapped(setting);
  static volatile int sink = 0;
  for (Index t = 0; t < tensors; ++t)
    for (Index at = 0; at < volume(setting.box(t)) * 4; at += 4096)
      sink = sink + int(loaded.slices[std::size_t(t)][at]);
  return loaded;
}

void check(const Setting& setting, const Loaded& loaded) {
  for (Index t = 0; t < tensors; ++t) {
    const Box box = setting.box(t);
    const Index count = volume(box), width = box[1].size();
    for (Index i = 0; i < count; i += 4099) {
      float found;
      std::memcpy(&found, loaded.slices[std::size_t(t)] + i * 4, 4);
      const Index row = box[0].first + i / width, column = box[1].first + i % width;
      if (found != value(t, row * columns + column)) throw Error(name(t) + " is not the file's");
    }
  }
}

/// MiB of this process.
double memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kilobytes; word == field && status >> kilobytes) return kilobytes / 1024;
  return 0;
}

struct Result {
  double seconds = 0, peak = 0, own = 0;  // of the slowest rank, and of the largest ones
};

/// A barrier that leaves the cores to whoever still works.
void meet(const mpi::communicator& world) {
  MPI_Request request;
  MPI_Ibarrier(world, &request);
  for (int done = 0; MPI_Test(&request, &done, MPI_STATUS_IGNORE), !done;)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
}

Result measure(const Setting& setting, Loaded (*way)(const Setting&)) {
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak is the present
  const double before = memory("VmRSS:"), own_before = memory("RssAnon:");
  meet(setting.world);
  const auto start = std::chrono::steady_clock::now();
  const Loaded loaded = way(setting);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const Result own{time.count(), memory("VmHWM:") - before, memory("RssAnon:") - own_before};
  meet(setting.world);
  check(setting, loaded);
  const auto largest = [&](double one) {
    return mpi::all_reduce(setting.world, one, mpi::maximum<double>());
  };
  return {largest(own.seconds), largest(own.peak), largest(own.own)};
}

Result safetensors(const Setting& setting) {
  Result result;
  if (setting.world.rank() == 0) {
    const std::string command = "'" + setting.python +
                                "' '" TENON_BENCH "/safetensors_slices.py' '" + setting.path +
                                "' " + std::to_string(setting.world.size());
    std::FILE* output = ::popen(command.c_str(), "r");
    if (!output ||
        std::fscanf(output, "%lf %lf %lf", &result.seconds, &result.peak, &result.own) != 3)
      result = {};
    if (output) ::pclose(output);
  }
  meet(setting.world);
  return result;
}

struct Way {
  const char *name, *contender;
  Loaded (*load)(const Setting&);  // none: safetensors
  std::vector<Result> results{};

  bool measured() const { return !results.empty() && results[0].seconds > 0; }
  double seconds(bool median) const {
    std::vector<double> all;
    for (const Result& result : results) all.push_back(result.seconds);
    std::sort(all.begin(), all.end());
    return all[median ? all.size() / 2 : 0];
  }
};

void print(const std::vector<Way>& ways, int ranks) {
  std::printf("%d ranks, %zu rounds; the slowest rank's seconds, the largest rank's MiB\n\n", ranks,
              ways[0].results.size());
  std::printf("%-26s %7s %7s %7s %9s %9s %9s %13s\n", "", "min", "median", "GB/s", "peak MiB",
              "own MiB", "x plain", "x safetensors");
  const Way &plain = ways[0], &peer = ways[1];
  for (const Way& way : ways) {
    if (!way.measured()) {
      std::printf("%-26s not installed (pip install safetensors numpy)\n", way.name);
      continue;
    }
    double peak = 0, own = 0;
    for (const Result& one : way.results)
      peak = std::max(peak, one.peak), own = std::max(own, one.own);
    const double seconds = way.seconds(true);
    std::printf("%-26s %7.3f %7.3f %7.2f %9.0f %9.0f %9.2f", way.name, way.seconds(false), seconds,
                double(total) / seconds / 1e9, peak, own, plain.seconds(true) / seconds);
    if (peer.measured()) std::printf(" %13.2f", peer.seconds(true) / seconds);
    std::printf("\n");
  }
}

/// Into the file of --json, where reading is `tenon`.
void keep(const std::vector<Way>& ways, const std::string& json, const mpi::communicator& world) {
  bench::Together alone;  // rank 0, who knows all
  bench::Report report("checkpoint", {.json = json, .effort = {}, .only = {}}, alone);
  std::vector<std::pair<std::string, bench::Times>> times;
  for (const Way& way : ways)
    if (way.measured()) times.push_back({way.contender, {way.seconds(false), way.seconds(true)}});
    else report.skip(way.contender, "pip install safetensors numpy");
  report.add({.name = "slices of 1 GiB", .ranks = world.size(), .bytes = double(total)}, times);
  report.finish();
}

void run(int argc, char** argv, const mpi::communicator& world) {
  std::string folder, python = "python3", json;
  std::size_t rounds = 7;
  bool stays = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--keep") stays = true;
    else if (word == "--rounds" && i + 1 < argc) rounds = std::stoul(argv[++i]);
    else if (word == "--python" && i + 1 < argc) python = argv[++i];
    else if (word == "--json" && i + 1 < argc) json = argv[++i];
    else folder = word;
  }
  if (folder.empty()) folder = std::filesystem::temp_directory_path();
  std::filesystem::create_directories(folder);
  MpiCommunication communication(world);
  const Setting setting{world, communication, folder + "/tenon_bench.safetensors", python,
                        plan_of(world.size())};
  const bool is_first = world.rank() == 0;
  if (is_first && !std::filesystem::exists(setting.path)) make_file(setting.path);
  meet(world);
  // The first two are what the others are compared with.
  std::vector<Way> ways{{"map and copy, by hand", "by hand", plain_copy},
                        {"safetensors, get_slice", "safetensors", nullptr},
                        {"Tenon, read", "tenon", read},
                        {"Tenon, mapped", "tenon mapped", mapped},
                        {"Tenon, mapped and touched", "tenon mapped, touched",
                         mapped_and_used}};
  for (std::size_t round = 0; round <= rounds; ++round)
    for (Way& way : ways) {
      const Result result = way.load ? measure(setting, way.load) : safetensors(setting);
      if (round > 0) way.results.push_back(result);  // the first one warms the cache
    }
  if (!is_first) return;
  print(ways, world.size());
  if (!json.empty()) keep(ways, json, world);
  if (!stays) std::filesystem::remove(setting.path);
}

}  // namespace

int main(int argc, char** argv) {
  const mpi::environment environment(argc, argv);
  const mpi::communicator world;
  try {
    run(argc, argv, world);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    environment.abort(1);
  }
}
