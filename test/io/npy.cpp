// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <csignal>

#include <tenon/io/npy.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

/// A .npy of a version with NumPy's padding, of any header and data.
std::string npy(int version, std::string line, std::string_view data) {
  const std::size_t frame = version == 1 ? 10 : 12;
  line.append(63 - (line.size() + frame) % 64, ' ').append("\n");
  std::string bytes("\x93NUMPY");
  bytes.append({char(version), 0, char(line.size() & 255), char(line.size() >> 8)});
  if (version > 1) bytes.append(2, '\0');
  return bytes.append(line).append(data);
}

std::string error_of_npy(std::string_view bytes) {
  const Folder folder;
  const std::string path = folder.write("x.npy", bytes);
  return error_of([&] { read_npy(path); });
}

template <class T>
void check_round_trip(const std::vector<T>& values, const Dims& shape) {
  const Folder folder;
  write_npy(folder / "x.npy", values, shape);
  const Array array = read_npy(folder / "x.npy");
  CHECK(array.element == element_of<T>);
  CHECK(array.shape == shape);
  const std::span<const T> read = array.as<T>();
  CHECK(std::vector<T>(read.begin(), read.end()) == values);
  CHECK(folder.count() == 1);
}

const std::string pair = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
const std::string eight = "abcdefgh";

}  // namespace

TEST_CASE("what is written is read") {
  check_round_trip<float>({1, 2, 3, 4, 5, 6.5f}, {2, 3});
  check_round_trip<double>({1e300, -0.5}, {2});
  check_round_trip<std::int32_t>({-7}, {});
  check_round_trip<std::int64_t>({}, {3, 0});
  check_round_trip<std::uint8_t>({1, 2, 3, 4}, {1, 1, 1, 1, 1, 1, 2, 2});
  check_round_trip<std::int16_t>({-1, 1}, {2, 1});
  const Array array{Element::float32, {1}, std::vector<char>(4)};
  CHECK(has(error_of([&] { array.as<double>(); }), "an array of float32 is not one of float64"));
}

TEST_CASE("what is written is what NumPy writes") {
  const Folder folder;
  const float values[] = {1, 2};
  write_npy(folder / "x.npy", values, {2});
  const std::string data(reinterpret_cast<const char*>(values), sizeof values);
  CHECK(bytes_of(folder / "x.npy") == npy(1, pair, data));
  write_npy(folder / "x.npy", values, {1, 2});  // replaces
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  CHECK(bytes_of(folder / "x.npy") == npy(1, header, data));
}

TEST_CASE("all versions and any order and spacing of the header are read") {
  const Folder folder;
  const char* const other = "{'shape':(2,),'fortran_order':False,'descr':'<f4'}";
  for (int version : {1, 2, 3})
    for (const std::string& header : {pair, std::string(other)})
      CHECK(read_npy(folder.write("x.npy", npy(version, header, eight))).shape == Dims{2});
  CHECK(has(error_of_npy(npy(4, pair, eight)), "version 4 of the format; legal: 1 to 3"));
}

TEST_CASE("what cannot be read is named with the cause") {
  const auto error = [](std::string_view type, std::string_view order, std::string_view shape) {
    return error_of_npy(npy(1, std::string("{'descr': '").append(type)
                                     .append("', 'fortran_order': ").append(order)
                                     .append(", 'shape': ").append(shape).append(", }"), eight));
  };
  CHECK(error("<f4", "False", "(2,)") == "");
  CHECK(error("<f2", "False", "(2, 2)") == "");
  CHECK(error("|b1", "False", "(8,)") == "");
  CHECK(has(error("<f4", "True", "(2,)"), "column-major order"));
  CHECK(has(error(">f4", "False", "(2,)"), "'>f4', which is not supported"));
  CHECK(has(error("<c8", "False", "(1,)"), "'<c8', which is not supported"));
  CHECK(has(error("", "False", "(1,)"), "'', which is not supported"));
  CHECK(has(error("<f4", "False", "(3,)"),
            "it holds 8 bytes, which cannot be float32 of the shape [3]"));
  CHECK(has(error("<f4", "False", "(4611686018427387904, 4, 4)"), "cannot be float32"));
  CHECK(has(error("<f4", "False", "(99999999999999999999,)"), "its header is damaged"));
  CHECK(has(error("<f4", "False", "(-2,)"), "its header is damaged"));
  CHECK(has(error("<f4", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 2)"), "more than 8 dimensions"));
  CHECK(has(error("<f4", "Maybe", "(2,)"), "its header is damaged"));
  CHECK(has(error_of_npy(npy(1, "{'descr': '<f4'}", eight)), "its header is damaged"));
  CHECK(has(error_of_npy(npy(1, "", eight)), "its header is damaged"));
  CHECK(has(error_of_npy("PK\3\4 an archive"), "is no .npy file"));
  CHECK(has(error_of_npy(""), "is empty"));
  CHECK(has(error_of([] { read_npy("/none/x.npy"); }), "/none/x.npy: it does not exist"));
}

TEST_CASE("a file cut anywhere is refused, and so is one with a byte more") {
  for (int version : {1, 2}) {
    const std::string whole = npy(version, pair, eight);
    for (std::size_t size = 0; size < whole.size(); ++size)
      REQUIRE(error_of_npy(std::string_view(whole).substr(0, size)) != "");
    CHECK(has(error_of_npy(std::string(whole).append("x")), "it holds 9 bytes"));
  }
}

TEST_CASE("a flipped bit is an error or another array of eight bytes") {
  const Folder folder;
  const std::string whole = npy(1, pair, eight);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = char(bytes[bit / 8] ^ 1 << bit % 8);
    const std::string path = folder.write("flipped.npy", bytes);
    Array array;
    const std::string error = error_of([&] { array = read_npy(path); });
    REQUIRE((error.empty() ? array.data.size() == 8 : has(error, path)));
  }
}

TEST_CASE("values that are not of the shape are not written") {
  const Folder folder;
  const std::vector<float> values = {1, 2, 3};
  const auto error = [&](const Dims& shape) {
    return error_of([&] { write_npy(folder / "x.npy", values, shape); });
  };
  CHECK(has(error({2}), "3 values are not of the shape [2]"));
  CHECK(has(error({-3}), "3 values are not of the shape [-3]"));
  CHECK(folder.count() == 0);
}

TEST_CASE("a write that fails leaves the old file and nothing else") {
  const Folder folder;
  const std::string path = folder.write("x.npy", "old");
  const std::vector<float> values(100000);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};  // a disk that is full after one page
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = error_of([&] { write_npy(path, values, {100000}); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(has(error, std::string("cannot write ").append(path).append(": ")));
  CHECK(bytes_of(path) == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("a place that cannot be written is named with the cause") {
  const Folder folder;
  const float value[] = {1};
  const auto error = [&](const std::string& path) {
    return error_of([&] { write_npy(path, value, {}); });
  };
  CHECK(has(error(folder / "none/x.npy"), "none/x.npy: it does not exist"));
  CHECK(has(error(folder / ""), "it is no regular file"));
  CHECK(has(error("/dev/null"), "it is no regular file"));  // renaming would replace it
}

TEST_CASE("a file that another write left behind is no obstacle") {
  const Folder folder;
  folder.write("x.npy.0.tmp", "left");
  const float value[] = {1};
  write_npy(folder / "x.npy", value, {});
  CHECK(read_npy(folder / "x.npy").as<float>()[0] == 1);
  CHECK(bytes_of(folder / "x.npy.0.tmp") == "left");
}
