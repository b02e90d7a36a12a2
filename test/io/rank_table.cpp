// SPDX-License-Identifier: Apache-2.0
#include <tenon/io/rank_table.hpp>

#include "files.hpp"

using namespace tenon;
using namespace tenon::test;

namespace {

std::string table_file(std::string_view name) {
  return std::string(TENON_TEST_DATA).append("/rank_tables/").append(name);
}

/// "rank:device@server ip" of every rank.
std::string ranks_of(const RankTable& table) {
  std::string all;
  for (std::size_t rank = 0; rank < table.ranks.size(); ++rank) {
    const RankTable::Rank& at = table.ranks[rank];
    all += sentence(rank, ":", at.device_id, "@", table.server_of(Index(rank)).address, " ",
                    at.device_ip, "\n");
  }
  return all;
}

std::string error_of_rank_table(std::string_view text) {
  return error_of([&] { parse_rank_table(text, "t.json"); });
}

/// What is said of a sample in which one piece of text is another.
std::string error_with(const std::string& file, std::string_view from, std::string_view to) {
  std::string text = bytes_of(table_file(file));
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return error_of_rank_table(text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("version 1.0: ranks, devices and servers, in any order") {
  const RankTable one = read_rank_table(table_file("one_server.json"));
  CHECK(ranks_of(one) ==
        "0:0@10.155.111.140 192.1.27.6\n1:1@10.155.111.140 192.2.27.6\n"
        "2:2@10.155.111.140 192.3.27.6\n3:3@10.155.111.140 192.4.27.6\n");
  const RankTable two = read_rank_table(table_file("two_servers.json"));
  CHECK(ranks_of(two) ==
        "0:0@10.0.0.1 192.168.1.8\n1:1@10.0.0.1 192.168.1.9\n"
        "2:4@node_1 192.168.2.8\n3:5@node_1 fe80::12:9\n");
  CHECK(two.servers[0].id == "node_0");
  CHECK(two.path == table_file("two_servers.json"));
}

TEST_CASE("version 1.0 in groups: ranks are in the order of the instances, or as these say") {
  CHECK(ranks_of(read_rank_table(table_file("instances.json"))) ==
        "0:0@10.0.0.10 192.168.0.12\n1:1@10.0.0.10 192.168.1.12\n2:7@10.0.0.11 192.168.0.13\n");
  const std::string said = R"({"status": "completed", "group_count": "1", "group_list": [{
    "instance_list": [
      {"rank_id": "1", "server_id": "a", "devices": [{"device_id": "3", "device_ip": ""}]},
      {"rank_id": "0", "server_id": "a", "devices": [{"device_id": "2"}]}]}]})";
  CHECK(ranks_of(parse_rank_table(said, "t.json")) == "0:2@a \n1:3@a \n");
}

TEST_CASE("version 1.2: servers are in super pods") {
  const RankTable table = read_rank_table(table_file("super_pods.json"));
  CHECK(ranks_of(table) ==
        "0:0@172.16.0.100 192.168.1.6\n1:1@172.16.0.100 192.168.1.7\n"
        "2:0@172.16.0.101 192.168.2.6\n");
  CHECK(table.servers[0].super_pod == "0");
  CHECK(table.servers[1].super_pod == "1");
}

TEST_CASE("numbers may be numbers") {
  CHECK(error_with("one_server.json", "\"rank_id\": \"3\"", "\"rank_id\": 3") == "");
  CHECK(error_with("one_server.json", "\"server_count\": \"1\"", "\"server_count\": 1") == "");
}

TEST_CASE("a rank that is missing or twice, and a wrong count, are said with their numbers") {
  const std::string one = "one_server.json", groups = "instances.json";
  CHECK(error_with(one, "\"rank_id\": \"2\"", "\"rank_id\": \"4\"") ==
        "tenon: t.json: rank 2 is missing: the 4 devices are to be ranks 0 to 3, device 3 of "
        "server 10.155.111.140 is rank 3");
  CHECK(error_with(one, "\"rank_id\": \"0\"", "\"rank_id\": \"9\"") ==
        "tenon: t.json: rank 0 is missing: the 4 devices are to be ranks 0 to 3, device 1 of "
        "server 10.155.111.140 is rank 1");
  CHECK(error_with(one, "\"rank_id\": \"2\"", "\"rank_id\": \"1\"") ==
        "tenon: t.json: rank 1 is twice: device 1 of server 10.155.111.140 and device 2 of server "
        "10.155.111.140");
  CHECK(error_with(one, ", \"rank_id\": \"2\"", "") ==
        "tenon: t.json: device 2 of server 10.155.111.140 has no rank_id");
  CHECK(error_with("two_servers.json", "\"server_count\": \"2\"", "\"server_count\": \"3\"") ==
        "tenon: t.json: the server_count is 3, but the table lists 2");
  CHECK(error_with(groups, "\"device_count\": \"3\"", "\"device_count\": \"4\"") ==
        "tenon: t.json: the device_count is 4, but the table lists 3");
  CHECK(error_with(groups, "\"instance_count\": \"2\"", "\"instance_count\": \"1\"") ==
        "tenon: t.json: the instance_count is 1, but the table lists 2");
  CHECK(error_with(groups, "\"group_count\": \"1\"", "\"group_count\": \"2\"") ==
        "tenon: t.json: the group_count is 2, but the table lists 1");
  CHECK(error_with(one, "  \"server_count\": \"1\",\n", "") ==
        "tenon: t.json: it has no server_count");
}

TEST_CASE("devices and servers that are there twice") {
  CHECK(error_with("one_server.json", "\"device_id\": \"3\"", "\"device_id\": \"1\"") ==
        "tenon: t.json: device 1 of server 10.155.111.140 is twice");
  CHECK(error_with("one_server.json", "192.3.27.6", "192.1.27.6") ==
        "tenon: t.json: the device_ip 192.1.27.6 is that of device 0 of server 10.155.111.140 and "
        "of device 2 of server 10.155.111.140");
  CHECK(error_with("two_servers.json", "node_1", "node_0") ==
        "tenon: t.json: the server node_0 is twice in the server_list");
  CHECK(error_with("super_pods.json", "[{\"server_id\": \"node_1\"}]",
                   "[{\"server_id\": \"node_0\"}]") ==
        "tenon: t.json: the server node_0 is in the super pod 0 and in 1");
  CHECK(error_with("super_pods.json", "\"super_pod_id\": \"1\"", "\"super_pod_id\": \"0\"") ==
        "tenon: t.json: the super pod 0 is twice");
}

TEST_CASE("malformed addresses and ports") {
  CHECK(error_with("one_server.json", "192.3.27.6", "192.3.27") ==
        "tenon: t.json: the device_ip of device 2 of server 10.155.111.140 is \"192.3.27\"; legal: "
        "an IPv4 or IPv6 address");
  CHECK(error_with("two_servers.json", "fe80::12:9", "fe80::12::9") != "");
  CHECK(error_with("two_servers.json", "10.0.0.1", "10.0.0.256") ==
        "tenon: t.json: the address of server node_0 is \"10.0.0.256\"; legal: an IPv4 or IPv6 "
        "address");
  CHECK(error_with("two_servers.json", "16667", "65536") ==
        "tenon: t.json: the device_port of device 0 of server node_0 is 65536; legal: 1 to 65535");
  CHECK(error_with("two_servers.json", ", \"device_ip\": \"192.168.1.9\"", "") ==
        "tenon: t.json: device 1 of server node_0 has no device_ip, which it may lack only where "
        "there is one server");
  CHECK(error_with("one_server.json", "\"device_ip\": \"192.3.27.6\", ", "") == "");
}

TEST_CASE("servers and super pods") {
  const std::string two = "two_servers.json", pods = "super_pods.json";
  std::string text = bytes_of(table_file(two));
  const std::size_t first = text.find("\"rank_id\": \"1\""),
                    second = text.find("\"rank_id\": \"2\"");
  std::swap(text[first + 12], text[second + 12]);
  CHECK(error_of_rank_table(text) ==
        "tenon: t.json: the ranks of server node_0 do not follow one another: rank 2 is one of "
        "them, rank 1 is not");
  CHECK(error_with(two, "\"server_id\": \"node_1\"", "\"other\": \"node_1\"") ==
        "tenon: t.json: entry 1 of the servers has a server_id of 0 bytes; legal: 1 to 64");
  CHECK(error_with(two, "\"node_1\"", "\"" + std::string(65, 'x') + "\"") ==
        "tenon: t.json: entry 1 of the servers has a server_id of 65 bytes; legal: 1 to 64");
  CHECK(error_with(pods, "[{\"server_id\": \"node_1\"}]", "[{\"server_id\": \"node_7\"}]") ==
        "tenon: t.json: the super pod 1 lists the server node_7, which the table has not");
  CHECK(error_with(pods, "[{\"server_id\": \"node_1\"}]", "[]") ==
        "tenon: t.json: the server node_1 is in no super pod");
}

TEST_CASE("what is no rank table that can be used") {
  CHECK(error_with("one_server.json", "completed", "initializing") ==
        "tenon: t.json: the rank table's status is \"initializing\"; legal: \"completed\"");
  CHECK(error_with("one_server.json", "1.0", "2.0") ==
        "tenon: t.json: the rank table's version is \"2.0\"; legal: \"1.0\", \"1.2\"");
  CHECK(error_of_rank_table("{}") ==
        "tenon: t.json: it is no rank table: it has no server_list, and no group_list");
  CHECK(error_of_rank_table("[1]") ==
        "tenon: cannot read t.json: at byte 0: a rank table is an object");
  CHECK(error_of_rank_table("") ==
        "tenon: cannot read t.json: at byte 0: here it is no JSON: it is cut short or damaged");
  CHECK(error_with("one_server.json", "\"status\"", "\"group_list\": [], \"status\"") ==
        "tenon: t.json: it has a server_list and a group_list; legal: one of them");
  CHECK(has(error_with("one_server.json", "\"status\"", "\"server_count\": \"1\", \"status\""),
            "this name is twice in one object"));
  CHECK(has(error_with("one_server.json", "\"rank_id\": \"3\"", "\"rank_id\": \"-3\""),
            "a number from 0, in a text, was expected here"));
  CHECK(has(error_with("one_server.json", "\"rank_id\": \"3\"", "\"rank_id\": \"3x\""),
            "a number from 0, in a text, was expected here"));
  CHECK(has(
      error_with("one_server.json", "\"rank_id\": \"3\"", "\"rank_id\": \"99999999999999999999\""),
      "a number from 0, in a text, was expected here"));
  CHECK(has(error_with("instances.json", "[\n    {", "[{}, {"), "more than one group"));
  CHECK(has(error_with("one_server.json", "[\n    {", "[7, {"),
            "each entry of server_list is an object"));
  CHECK(error_of_rank_table(R"({"status": "completed", "version": "1.0", "server_count": "1",
        "server_list": [{"server_id": "a", "device": []}]})") ==
        "tenon: t.json: the server a has no devices");
  CHECK(has(error_of([] { read_rank_table("/none/t.json"); }), "/none/t.json: it does not exist"));
}

TEST_CASE("a rank table cut anywhere is refused, one with a flipped bit or the same or refused") {
  for (const char* name :
       {"one_server.json", "two_servers.json", "instances.json", "super_pods.json"}) {
    const std::string whole = bytes_of(table_file(name));
    const std::size_t end = whole.rfind('}');
    cut_everywhere(whole, [&](std::string_view text, std::size_t size) {
      CAPTURE(size);
      REQUIRE((error_of_rank_table(text) == "") == (size > end));
    });
    flip_every_bit(whole, [&](std::string_view text, std::size_t) { error_of_rank_table(text); });
  }
}
