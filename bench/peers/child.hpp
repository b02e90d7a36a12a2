// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A program that is asked and answers by lines:  Child cat({"cat"}); cat.ask("a") == "a"
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

class Child {
 public:
  explicit Child(std::vector<std::string> words) {
    int to[2], from[2];
    if (::pipe(to) || ::pipe(from)) return;
    id_ = ::fork();
    if (id_ == 0) {
      ::dup2(to[0], 0), ::dup2(from[1], 1);
      for (const int end : {to[0], to[1], from[0], from[1]}) ::close(end);
      std::vector<char*> arguments;
      for (std::string& word : words) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(to[0]), ::close(from[1]);
    to_ = ::fdopen(to[1], "w"), from_ = ::fdopen(from[0], "r");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// It reads the end of its input, and ends.
  ~Child() {
    if (to_) std::fclose(to_);
    if (from_) std::fclose(from_);
    if (id_ > 0) ::waitpid(id_, nullptr, 0);
  }

  void write(const void* data, std::size_t bytes) {
    std::fwrite(data, 1, bytes, to_), std::fflush(to_);
  }
  bool read(void* data, std::size_t bytes) { return std::fread(data, 1, bytes, from_) == bytes; }
  /// Its next line, without the line's end; empty when it has ended.
  std::string line() {
    std::string text;
    for (int c = std::fgetc(from_); c != EOF && c != '\n'; c = std::fgetc(from_))
      text.push_back(char(c));
    return text;
  }
  std::string ask(const std::string& question) {
    write((question + "\n").data(), question.size() + 1);
    return line();
  }

 private:
  ::pid_t id_ = -1;
  std::FILE *to_ = nullptr, *from_ = nullptr;
};

}  // namespace bench
