// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What makes the entries of a rank table ranks: every rule is one sentence.
///   tenon: rank_table.json: rank 3 is missing: the 8 devices are to be ranks 0 to 7, device 3 of
///   server node_0 is rank 8
#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <set>

#include <tenon/core/sentence.hpp>
#include <tenon/io/rank_table_entries.hpp>
#include <tenon/io/server_ranks.hpp>

namespace tenon::detail {

inline bool is_address(const std::string& text) {
  unsigned char bytes[16];
  return text.find('\0') == text.npos && (::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
                                          ::inet_pton(AF_INET6, text.c_str(), bytes) == 1);
}

class RankTableCheck {
 public:
  RankTableCheck(RankTableEntries&& entries, const std::string& path)
      : entries_(std::move(entries)), table_{path, {}, {}} {}

  RankTable table() {
    check_kind();
    for (const RankTableServer& server : entries_.servers) add(server);
    check_counts();
    check_ranks();
    check_servers();
    check_super_pods();
    return std::move(table_);
  }

 private:
  struct Found {
    Index rank;
    RankTable::Rank device;
  };

  [[noreturn]] void fail(const auto&... words) const {
    throw Error(sentence(table_.path, ": ", words...));
  }
  std::string name(const RankTable::Rank& device) const {
    return sentence("device ", device.device_id, " of server ",
                    table_.servers[std::size_t(device.server)].id);
  }

  void check_kind() const {
    if (entries_.has_servers && entries_.has_groups)
      fail("it has a server_list and a group_list; legal: one of them");
    if (!entries_.has_servers && !entries_.has_groups)
      fail("it is no rank table: it has no server_list, and no group_list");
    if (const auto status = entries_.status.value_or(""); status != "completed")
      fail("the rank table's status is \"", status, "\"; legal: \"completed\"");
    const auto version = entries_.version.value_or(entries_.has_groups ? "1.0" : "");
    if (version != "1.0" && version != "1.2")
      fail("the rank table's version is \"", version, "\"; legal: \"1.0\", \"1.2\"");
  }

  /// A server's number; instances of one server have one.
  Index number_of(const RankTableServer& server) {
    const std::string id = server.server_id.value_or("");
    if (id.empty() || id.size() > 64)
      fail("entry ", &server - entries_.servers.data(), " of the servers has a server_id of ",
           id.size(), " bytes; legal: 1 to 64");
    const auto [place, is_new] = numbers_.try_emplace(id, Index(table_.servers.size()));
    if (!is_new && entries_.has_servers) fail("the server ", id, " is twice in the server_list");
    if (!is_new) return place->second;
    const std::string address = server.host_ip.value_or(server.server_ip.value_or(""));
    if (!address.empty() && !is_address(address))
      fail("the address of server ", id, " is \"", address, "\"; legal: an IPv4 or IPv6 address");
    table_.servers.push_back({id, address.empty() ? id : address, ""});
    return place->second;
  }

  void add(const RankTableServer& server) {
    const Index number = number_of(server);
    if (server.devices.empty()) fail("the server ", *server.server_id, " has no devices");
    for (const RankTableDevice& entry : server.devices) {
      if (!entry.device_id) fail("a device of server ", *server.server_id, " has no device_id");
      const RankTable::Rank device{number, *entry.device_id, entry.device_ip.value_or("")};
      if (!device.device_ip.empty() && !is_address(device.device_ip))
        fail("the device_ip of ", name(device), " is \"", device.device_ip,
             "\"; legal: an IPv4 or IPv6 address");
      if (entry.device_port && (*entry.device_port < 1 || *entry.device_port > 65535))
        fail("the device_port of ", name(device), " is ", *entry.device_port,
             "; legal: 1 to 65535");
      if (!devices_.emplace(number, device.device_id).second) fail(name(device), " is twice");
      const auto [other, is_new] = addresses_.try_emplace(device.device_ip, name(device));
      if (!is_new && !device.device_ip.empty())
        fail("the device_ip ", device.device_ip, " is that of ", other->second, " and of ",
             name(device));
      const std::optional<Index> rank = entry.rank_id ? entry.rank_id : server.rank_id;
      if (!rank && entries_.has_servers) fail(name(device), " has no rank_id");
      found_.push_back({rank.value_or(Index(found_.size())), device});
    }
  }

  void check_count(std::optional<Index> said, std::string_view name, std::size_t found) const {
    if (said && *said != Index(found))
      fail("the ", name, " is ", *said, ", but the table lists ", found);
  }
  void check_counts() const {
    if (found_.empty()) fail("the rank table lists no devices");
    if (entries_.has_servers && !entries_.server_count) fail("it has no server_count");
    check_count(entries_.server_count, "server_count", table_.servers.size());
    check_count(entries_.group_count, "group_count", 1);
    check_count(entries_.instance_count, "instance_count", entries_.servers.size());
    check_count(entries_.device_count, "device_count", found_.size());
  }

  /// Each rank once.
  void check_ranks() {
    std::ranges::stable_sort(found_, {}, &Found::rank);
    const Index count = Index(found_.size());
    for (const Found& found : found_) {
      const Index rank = Index(table_.ranks.size());
      if (rank > 0 && found.rank == rank - 1)
        fail("rank ", found.rank, " is twice: ", name(table_.ranks.back()), " and ",
             name(found.device));
      if (found.rank != rank)
        fail("rank ", rank, " is missing: the ", count, " devices are to be ranks 0 to ", count - 1,
             ", ", name(found.device), " is rank ", found.rank);
      table_.ranks.push_back(found.device);
    }
  }
  /// The ranks of a server follow one another; several servers reach each other's devices.
  void check_servers() const {
    std::set<Index> before;
    for (std::size_t rank = 0; rank < table_.ranks.size(); ++rank) {
      const RankTable::Rank& device = table_.ranks[rank];
      const std::string& server = table_.servers[std::size_t(device.server)].id;
      if (device.device_ip.empty() && table_.servers.size() > 1)
        fail(name(device), " has no device_ip, which it may lack only where there is one server");
      if (rank > 0 && table_.ranks[rank - 1].server == device.server) continue;
      if (!before.insert(device.server).second)
        fail("the ranks of server ", server, " do not follow one another: rank ", rank,
             " is one of them, rank ", rank - 1, " is not");
    }
  }
  void check_super_pods() {
    std::set<std::string> ids;
    for (const SuperPod& pod : entries_.super_pods) {
      const std::string id = pod.super_pod_id.value_or("");
      if (id.empty()) fail("a super pod has no super_pod_id");
      if (!ids.insert(id).second) fail("the super pod ", id, " is twice");
      for (const std::string& server : pod.servers) {
        const auto place = numbers_.find(server);
        if (place == numbers_.end())
          fail("the super pod ", id, " lists the server ", server, ", which the table has not");
        std::string& of = table_.servers[std::size_t(place->second)].super_pod;
        if (!of.empty()) fail("the server ", server, " is in the super pod ", of, " and in ", id);
        of = id;
      }
    }
    for (const RankTable::Server& server : table_.servers)
      if (server.super_pod.empty() && entries_.version == "1.2")
        fail("the server ", server.id, " is in no super pod");
  }

  RankTableEntries entries_;
  RankTable table_;
  std::map<std::string, Index> numbers_;          // of servers
  std::set<std::pair<Index, Index>> devices_;     // of servers
  std::map<std::string, std::string> addresses_;  // of devices
  std::vector<Found> found_;
};

}  // namespace tenon::detail
