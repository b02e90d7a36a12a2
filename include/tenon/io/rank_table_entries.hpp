// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What an HCCL rank table says, as it says it, in either of its templates:
///   {"status": "completed", "version": "1.0", "server_count": "1", "server_list": [
///     {"server_id": "node_0", "device": [{"device_id": "0", "device_ip": "192.168.1.8",
///                                         "rank_id": "0"}]}]}
///   {"status": "completed", "group_count": "1", "group_list": [
///     {"instance_count": "1", "device_count": "1", "instance_list": [
///       {"server_id": "node_0", "devices": [{"device_id": "0", "device_ip": "192.168.1.8"}]}]}]}
/// Numbers are texts. What Tenon does not know is passed over: tables carry much else.
#include <charconv>
#include <optional>

#include <tenon/io/json_events.hpp>

namespace tenon::detail {

/// A decimal number, and nothing else.
inline std::optional<Index> whole_number(std::string_view text) {
  Index number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text[0] == '-') return {};
  return number;
}

struct RankTableDevice {
  std::optional<Index> device_id, rank_id, device_port, super_device_id;
  std::optional<std::string> device_ip;
};

/// A server of the first template; an instance, of which a server may have several, of the other.
struct RankTableServer {
  std::optional<std::string> server_id, host_ip, server_ip;
  std::optional<Index> rank_id;
  std::vector<RankTableDevice> devices;
};

struct SuperPod {
  std::optional<std::string> super_pod_id;
  std::vector<std::string> servers;
};

struct RankTableEntries {
  std::optional<std::string> status, version;
  std::optional<Index> server_count, group_count, instance_count, device_count;
  bool has_groups = false, has_servers = false, has_super_pods = false;
  std::vector<RankTableServer> servers;
  std::vector<SuperPod> super_pods;
};

class RankTableEvents : public JsonEvents {
 public:
  RankTableEntries table;

 private:
  void value(const JsonValue& found) override {
    const std::string_view open = inside();
    if (open.empty()) return is_object(found, "a rank table");
    if (open == "{") return of_table(found, name(0));
    const std::string& list = name(0);
    const bool grouped = list == "group_list";
    if (open == "{[" && grouped && begins_entry(found, list) && std::exchange(group_, true))
      fail("more than one group");
    if (open == "{[" && list == "server_list" && begins_entry(found, list)) add_server();
    if (open == "{[" && list == "super_pod_list" && begins_entry(found, list))
      count(), table.super_pods.emplace_back();
    if (open.starts_with("{[{") && list == "server_list") of_server(found, 1, "device");
    if (open.starts_with("{[{") && list == "super_pod_list") of_super_pod(found);
    if (!grouped || !open.starts_with("{[{")) return;
    if (open == "{[{" && name(1) == "instance_list") is_list(found, name(1));
    if (open == "{[{" && name(1) == "instance_count") number(table.instance_count, found);
    if (open == "{[{" && name(1) == "device_count") number(table.device_count, found);
    if (name(1) != "instance_list") return;
    if (open == "{[{[" && begins_entry(found, name(1))) add_server();
    if (open.starts_with("{[{[{")) of_server(found, 2, "devices");
  }

  void of_table(const JsonValue& found, std::string_view key) {
    if (key == "status") text(table.status, found);
    if (key == "version") text(table.version, found);
    if (key == "server_count") number(table.server_count, found);
    if (key == "group_count") number(table.group_count, found);
    if (key == "super_pod_list") is_list(found, key), once(table.has_super_pods, found);
    if (key == "server_list") is_list(found, key), once(table.has_servers, found);
    if (key == "group_list") is_list(found, key), once(table.has_groups, found);
  }
  /// @param object how many objects are open around the server's own.
  void of_server(const JsonValue& found, std::size_t object, std::string_view devices) {
    RankTableServer& server = table.servers.back();
    const std::string_view open = inside().substr(2 * object), key = name(object);
    if (open == "{") {
      if (key == "server_id") text(server.server_id, found);
      if (key == "host_ip") text(server.host_ip, found);
      if (key == "server_ip") text(server.server_ip, found);
      if (key == "rank_id") number(server.rank_id, found);
      if (key == devices) is_list(found, key);
    }
    if (key != devices) return;
    if (open == "{[" && begins_entry(found, key)) {
      count();
      server.devices.emplace_back();
    }
    if (open == "{[{") of_device(server.devices.back(), found, name(object + 1));
  }
  void of_device(RankTableDevice& device, const JsonValue& found, std::string_view key) {
    if (key == "device_id") number(device.device_id, found);
    if (key == "rank_id") number(device.rank_id, found);
    if (key == "device_port") number(device.device_port, found);
    if (key == "super_device_id") number(device.super_device_id, found);
    if (key == "device_ip") text(device.device_ip, found);
  }
  void of_super_pod(const JsonValue& found) {
    SuperPod& pod = table.super_pods.back();
    const std::string_view open = inside(), key = name(1);
    if (open == "{[{" && key == "super_pod_id") text(pod.super_pod_id, found);
    if (open == "{[{" && key == "server_list") is_list(found, key);
    if (open == "{[{[" && key == "server_list") begins_entry(found, key);
    if (open != "{[{[{" || key != "server_list" || name(2) != "server_id") return;
    std::optional<std::string> id;
    text(id, found);
    count(), pod.servers.push_back(*id);
  }

  void add_server() { count(), table.servers.emplace_back(); }
  void count() {
    if (++entries_ > 1 << 18) fail("more than 262144 servers and devices");
  }
  void is_object(const JsonValue& found, std::string_view what) const {
    if (found.kind != JsonValue::object && found.kind != JsonValue::end)
      fail(std::string(what).append(" is an object"));
  }
  void is_list(const JsonValue& found, std::string_view key) const {
    if (found.kind != JsonValue::list && found.kind != JsonValue::end)
      fail(std::string(key).append(" is a list of objects"));
  }
  bool begins_entry(const JsonValue& found, std::string_view key) const {
    is_object(found, std::string("each entry of ").append(key));
    return found.kind == JsonValue::object;
  }
  void once(bool& seen, const JsonValue& found) const {
    if (found.kind == JsonValue::list && std::exchange(seen, true)) twice();
  }
  [[noreturn]] void twice() const { fail("this name is twice in one object"); }
  void text(std::optional<std::string>& to, const JsonValue& found) const {
    if (to) twice();
    if (found.kind != JsonValue::text) fail("a text was expected here");
    if (found.string.size() > 256) fail("a text of more than 256 bytes");
    to = found.string;
  }
  void number(std::optional<Index>& to, const JsonValue& found) const {
    if (to) twice();
    if (found.kind == JsonValue::integer) to = found.number;
    if (found.kind == JsonValue::text) to = whole_number(found.string);
    if (!to || *to < 0) fail("a number from 0, in a text, was expected here");
  }

  bool group_ = false;
  Index entries_ = 0;
};

}  // namespace tenon::detail
