// SPDX-License-Identifier: Apache-2.0
// A file of 1 GiB takes each of four ranks the memory of its own slices, and little else.
#include <tenon/model/load.hpp>

#include <cstring>

#include <boost/mpi/collectives.hpp>

#include <tenon/comm/mpi.hpp>
#include <tenon/io/write_safetensors.hpp>

#include "checkpoints.hpp"
#include "mpi.hpp"
#include "process_memory.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

constexpr Index mebibyte = 1 << 20, tensors = 16, rows = 4096, columns = 4096;

std::string name(Index tensor) { return std::string("layer").append(text(tensor)); }
/// Every 61st row says where it is; the others are zero.
float value(Index tensor, Index row, Index column) {
  return row % 61 ? 0.f : float((tensor * rows + row) * 31 + column + 1);
}

/// 1 GiB, of which the rows that are not zero are written.
void make_sparse_file(const std::string& path) {
  std::vector<TensorSource> sources;
  for (Index t = 0; t < tensors; ++t)
    sources.emplace_back(name(t), Element::float32, Dims{rows, columns}, [](const Pieces&) {});
  std::sort(sources.begin(), sources.end(), [](auto& a, auto& b) { return a.name < b.name; });
  const std::string header = tenon::detail::safetensors_text(sources, {}, path);
  std::ofstream file(path, std::ios::binary);
  file.write(header.data(), std::streamsize(header.size()));
  std::vector<float> row(columns);
  for (Index at = 0; at < tensors; ++at)
    for (Index i = 0; i < rows; i += 61) {
      const Index t = std::stoll(sources[std::size_t(at)].name.substr(5));
      for (Index j = 0; j < columns; ++j) row[std::size_t(j)] = value(t, i, j);
      file.seekp(Index(header.size()) + (at * rows + i) * columns * 4);
      file.write(reinterpret_cast<const char*>(row.data()), columns * 4);
    }
  file.close();
  std::filesystem::resize_file(path, header.size() + std::size_t(tensors * rows * columns) * 4);
}

/// The parameters of a network that cuts every other one by columns.
Plan plan_for(int ranks) {
  Plan plan;
  plan.devices = ranks;
  for (Index t = 0; t < tensors; ++t) {
    Buffer b;
    b.place = Buffer::Place::parameter;
    b.distribution = whole({rows, columns}).cut(int(t % 2), {{ranks, 1}});
    b.offset = plan.parameters;
    b.name.first = int(plan.letters.size());
    for (char letter : name(t)) plan.letters.push_back(letter);
    b.name.count = int(plan.letters.size()) - b.name.first;
    plan.parameters += b.bytes();
    plan.buffers.push_back(b);
  }
  return plan;
}

/// How many elements of this rank's slices are not the file's.
Index wrong_elements(const Parameters& parameters, Index rank) {
  Index wrong = 0;
  for (Index t = 0; t < tensors; ++t) {
    const Parameters::Slice& slice = parameters.slices()[std::size_t(t)];
    const Box box = slice.distribution.box(rank);
    const auto* found = reinterpret_cast<const float*>(slice.data);
    for (Index i = box[0].first; i < box[0].last; ++i)
      for (Index j = box[1].first; j < box[1].last; ++j) wrong += *found++ != value(t, i, j);
  }
  return wrong;
}

/// Whether VmHWM is from now on the most since now.
bool forget_peak() {
  std::ofstream("/proc/self/clear_refs") << 5 << std::flush;
  return process_memory("VmHWM:") > 0 &&
         process_memory("VmHWM:") < process_memory("VmRSS:") + mebibyte;
}

}  // namespace

MPI_TEST_CASE("slices of 1 GiB that are read or mapped take no more memory than they are", 4) {
  const Checkpoints files(world);
  const std::string path = files / "large.safetensors";
  if (world.rank() == 0) make_sparse_file(path);
  world.barrier();
  MpiCommunication communication(world);
  const Plan plan = plan_for(world.size());
  const Index slices = tensors * rows * columns * 4 / world.size();
  for (const LoadWay way : {LoadWay::read, LoadWay::mapped}) {
    const bool knows_peak = forget_peak();
    const Index before = process_memory("VmRSS:"), own_before = process_memory("RssAnon:");
    Parameters parameters(view(plan));
    const LoadReport report = load_parameters(parameters, communication, path, "", {.way = way});
    const Index peak = process_memory("VmHWM:") - before,
                own = process_memory("RssAnon:") - own_before;
    CHECK(report.bytes_in_place == (way == LoadWay::mapped ? slices / 2 : 0));
    CHECK(report.bytes_copied == slices - report.bytes_in_place);
    CHECK(own <= report.bytes_copied + 64 * mebibyte);
    if (knows_peak && way == LoadWay::read) CHECK(peak <= slices + 64 * mebibyte);
    CHECK(wrong_elements(parameters, world.rank()) == 0);
    if (own_before > 0) CHECK(own >= report.bytes_copied);  // the measure measures
  }
}

MPI_TEST_CASE("small slices that are copied between large ones in place take no page each", 1) {
  const Checkpoints files(world);
  const std::string path = files / "many.safetensors";
  constexpr Index large = 3 << 20, pairs = 100;
  const std::vector<float> zeros(large / 4);
  std::vector<TensorSource> sources;
  Plan plan;
  plan.devices = 1;
  const auto add = [&](const std::string& tensor, Dims stored, Distribution distribution) {
    sources.emplace_back(tensor, std::span(zeros).first(std::size_t(product(stored))), stored);
    Buffer b;
    b.place = Buffer::Place::parameter;
    b.distribution = distribution;
    b.offset = plan.parameters;
    b.name.first = int(plan.letters.size());
    for (char letter : tensor) plan.letters.push_back(letter);
    b.name.count = int(tensor.size());
    plan.parameters += b.bytes();
    plan.buffers.push_back(b);
  };
  plan.devices = 2;  // as rank 0 of two, that has columns of the small ones
  for (Index i = 0; i < pairs; ++i) {
    add("large" + text(i), {large / 4}, whole({large / 4}));
    add("small" + text(i), {8, 8}, whole({8, 8}).cut(1, {{2, 1}}));
  }
  write_safetensors(path, sources);
  MpiCommunication communication(world);
  for (int again = 0; again < 3; ++again) {  // nor does another load
    const Index own_before = process_memory("RssAnon:");
    static Parameters parameters(view(plan));
    const LoadReport report =
        load_parameters(parameters, communication, path, "", {.way = LoadWay::mapped});
    CHECK(report.bytes_in_place == pairs * large);
    CHECK(report.bytes_copied == pairs * 8 * 4 * 4);
    CHECK(process_memory("RssAnon:") - own_before < 8 * mebibyte);
  }
}
