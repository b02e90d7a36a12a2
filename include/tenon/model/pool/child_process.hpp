// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Another program, started without fork() of this one's threads:
///   ChildProcess child({"sleep", "1"}, {}, {});  child.end(1s) == "ended with exit code 0"
/// Nobody else's children are waited for, and no signal is handled.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <tenon/comm/tcp_socket.hpp>
#include <tenon/core/sentence.hpp>

namespace tenon {

/// "signal 9 (SIGKILL)"
inline std::string name_of_signal(int number) {
  constexpr std::pair<int, const char*> names[] = {
      {SIGKILL, "SIGKILL"}, {SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},
      {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},   {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},
      {SIGHUP, "SIGHUP"},   {SIGQUIT, "SIGQUIT"}, {SIGXCPU, "SIGXCPU"}, {SIGSYS, "SIGSYS"}};
  std::string text = sentence("signal ", number);
  for (const auto& [signal, name] : names)
    if (signal == number) text.append(" (").append(name).append(")");
  return text;
}

/// This process's environment and more: "NAME=value" sets, "NAME" alone takes away.
inline std::vector<std::string> environment_with(std::span<const std::string> more) {
  std::vector<std::string> all;
  const auto name = [](std::string_view entry) { return entry.substr(0, entry.find('=')); };
  const auto remove = [&](std::string_view one) {
    std::erase_if(all, [&](const std::string& entry) { return name(entry) == one; });
  };
  for (char** entry = ::environ; entry && *entry; ++entry) all.emplace_back(*entry);
  for (const std::string& entry : more) {
    remove(name(entry));
    if (entry.find('=') != std::string::npos) all.push_back(entry);
  }
  return all;
}

class ChildProcess {
 public:
  /// @param command the program, sought in PATH, and its arguments.
  /// @param inherited descriptors that it gets under the same numbers.
  /// @throws Error where it cannot be started.
  ChildProcess(std::vector<std::string> command, std::vector<std::string> environment,
               const std::vector<int>& inherited) {
    if (command.empty()) throw Error("no command for a worker was given");
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    for (int number : inherited) ::posix_spawn_file_actions_adddup2(&actions, number, number);
    sigset_t none, all;  // not what the host blocks and ignores
    ::sigemptyset(&none), ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    const int error = ::posix_spawnp(&id_, command[0].c_str(), &actions, &attributes,
                                     words(command).data(), words(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (error) throw Error(sentence("cannot start ", command[0], ": ", words_of(error)));
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { end({}); }

  ::pid_t id() const { return id_; }
  /// Waits so long for it to end by itself, else kills it.
  /// @return "ended with exit code 1", "was ended by signal 9 (SIGKILL)", "had to be ended"
  std::string end(std::chrono::milliseconds longest) {
    const Deadline deadline = std::chrono::steady_clock::now() + longest;
    bool killed = false;
    while (!has_ended()) {
      if (!killed && is_over(deadline)) {
        ::kill(id_, SIGKILL);
        killed = true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (killed) return "had to be ended";
    if (!status_) return "has ended";  // somebody else has waited for it
    if (WIFSIGNALED(*status_)) return sentence("was ended by ", name_of_signal(WTERMSIG(*status_)));
    return sentence("ended with exit code ", WEXITSTATUS(*status_));
  }

 private:
  static std::vector<char*> words(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }
  /// From then on its number may be another process's.
  bool has_ended() {
    if (ended_) return true;
    int status = 0;
    const ::pid_t found = ::waitpid(id_, &status, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return false;
    if (found == id_) status_ = status;
    return ended_ = true;
  }

  ::pid_t id_ = -1;
  bool ended_ = false;
  std::optional<int> status_;
};

}  // namespace tenon
