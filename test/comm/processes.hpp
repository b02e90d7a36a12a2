// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Processes as ranks of a job, started without mpirun:
///   const auto said = processes(3, [](int rank) { return std::to_string(rank); });
///   said == {"0", "1", "2"}; one that was killed says "killed by signal 9", one that hangs "hangs"
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "free_port.hpp"

namespace tenon::test {

struct Process {
  pid_t id = -1;
  TcpSocket said;  // a pipe closes itself as a socket does
};

/// What the child says is what `body` returns, or throws.
inline Process start(const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) return {};
  const pid_t id = ::fork();
  if (id != 0) {
    ::close(ends[1]);
    return {id, TcpSocket(ends[0])};
  }
  std::string text;
  try {
    text = body();
  } catch (const std::exception& error) {
    text = error.what();
  }
  const bool all = ::write(ends[1], text.data(), text.size()) == ssize_t(text.size());
  ::_exit(all ? 0 : 1);
}
/// Its words, when it has ended.
inline std::string ended(Process& process, std::chrono::seconds patience) {
  const Deadline deadline = deadline_after(patience);
  std::string text;
  bool hangs = false;
  for (char part[4096];;) {
    hangs = !process.said.wait(POLLIN, deadline);
    const ssize_t n = hangs ? 0 : ::read(process.said.number(), part, sizeof part);
    if (n <= 0) break;
    text.append(part, std::size_t(n));
  }
  if (hangs) ::kill(process.id, SIGKILL);
  int status = 0;
  ::waitpid(process.id, &status, 0);
  if (hangs) return "hangs";
  return WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status)) : text;
}
inline std::vector<std::string> processes(int count, const std::function<std::string(int)>& body) {
  std::vector<Process> all;
  for (int rank = 0; rank < count; ++rank) all.push_back(start([&] { return body(rank); }));
  std::vector<std::string> said;
  for (Process& process : all) said.push_back(ended(process, std::chrono::seconds(20)));
  return said;
}

}  // namespace tenon::test
