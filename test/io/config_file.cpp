// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/config_file.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

ConfigFile config_of(std::string_view text) { return parse_config_file(text, "c.ini"); }
std::string error_in(std::string_view text) {
  return error_of([&] { config_of(text); });
}

}  // namespace

TEST_CASE("a config file: sections, keys, comments") {
  const Folder folder;
  const std::string path = folder.write("c.ini",
                                        "# of all ranks\n\n; another comment\n[ascend_context]\n"
                                        "rank_table_file=/job/table.json\n provider = ge \n");
  const ConfigFile file = read_config_file(path);
  CHECK(file.path == path);
  CHECK(file.rank_table_file == "/job/table.json");
  CHECK(file.provider == "ge");
  CHECK(file.passed_over.empty());
}

TEST_CASE("line ends, blanks, quotes and marks are not part of a value") {
  const ConfigFile file =
      config_of("\xef\xbb\xbf[ascend_context]\r\nrank_table_file = \"a b=c;d.json\"\r\n");
  CHECK(file.rank_table_file == "a b=c;d.json");
  CHECK(config_of("[ ascend_context ]\nprovider=ge").provider == "ge");
  CHECK(config_of("").rank_table_file == "");
}

TEST_CASE("what changes nothing here is named") {
  const ConfigFile file = config_of(
      "[ge_session_options]\nanything=1\n[ascend_context]\nprecision_mode=enforce_fp16\n"
      "input_shape=\"x:[1,2];y:[3]\"\n[ge_session_options]\nother=2\n");
  CHECK(file.passed_over == std::vector<std::string>{"[ge_session_options]",
                                                     "ascend_context.precision_mode",
                                                     "ascend_context.input_shape"});
}

TEST_CASE("mistakes are said with their line and what is legal") {
  CHECK(error_in("[ascend_context]\nrank_table=x\n") ==
        "tenon: c.ini, line 2: [ascend_context] has no rank_table; legal: rank_table_file, "
        "provider, aoe_mode, device_id, dynamic_batch_size, dynamic_dims, dynamic_image_size, "
        "fusion_switch_config_file_path, input_format, input_shape, insert_op_config_file_path, "
        "op_select_impl_mode, output_type, plugin_custom_ops, precision_mode, rank_id");
  CHECK(error_in("[ascend_context]\nprovider=ge\n\nprovider=ge\n") ==
        "tenon: c.ini, line 4: provider of [ascend_context] is given in line 2 too");
  CHECK(error_in("[ascend_context\n") == "tenon: c.ini, line 1: a section's name ends with ]");
  CHECK(error_in("[]\n") == "tenon: c.ini, line 1: a section without a name");
  CHECK(error_in("a=1\n") == "tenon: c.ini, line 1: a stands before the first [section]");
  CHECK(error_in("[x]\nhello\n") ==
        "tenon: c.ini, line 2: it is no \"key=value\", \"[section]\" or \"# comment\"");
  CHECK(error_in("[x]\n=1\n") == "tenon: c.ini, line 2: a value without a key");
  CHECK(error_in("[ascend_context]\nprovider=\n") == "tenon: c.ini, line 2: provider has no value");
  CHECK(error_in(std::string_view("[x]\na=\0\n", 8)) ==
        "tenon: c.ini, line 2: it is no text: it holds the byte 0");
  CHECK(has(error_of([] { read_config_file("/none/c.ini"); }), "/none/c.ini: it does not exist"));
}

TEST_CASE("a config file has bounds") {
  CHECK(error_in(std::string((1 << 20) + 1, '\n')) ==
        "tenon: c.ini: it has 1048577 bytes; legal: 1048576 at most");
  std::string keys = "[x]\n", sections;
  for (int i = 0; i <= 4096; ++i) {
    keys += "k" + std::to_string(i) + "=1\n";
    sections += "[s" + std::to_string(i) + "]\n";
  }
  CHECK(error_in(keys) == "tenon: c.ini, line 4098: more than 4096 keys");
  CHECK(error_in(sections) == "tenon: c.ini, line 4097: more than 4096 sections");
}
