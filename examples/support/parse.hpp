// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads a command line under mpirun: what is wrong with it on one rank ends them all.
///   if (const auto status = ended_by(command_line, world)) return *status;
#include <CLI/CLI.hpp>
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <iostream>
#include <optional>
#include <sstream>

namespace tenon::program {

/// What came of a command line: the exit status where nothing is to be run, and what is said.
struct CommandLine {
  std::optional<int> status;
  std::string out, error;

  CommandLine(CLI::App& app, int argc, char** argv) {
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& parsed) {
      std::ostringstream to, errors;
      status = app.exit(parsed, to, errors) ? 2 : 0;
      out = to.str(), error = errors.str();
    }
  }
};

/// The first rank that has something to say says it. Collective.
inline std::optional<int> ended_by(const CommandLine& line, const boost::mpi::communicator& world) {
  const int first = boost::mpi::all_reduce(world, line.status ? world.rank() : world.size(),
                                           boost::mpi::minimum<int>());
  if (first == world.size()) return {};
  if (world.rank() == first) std::cout << line.out << std::flush, std::cerr << line.error;
  world.barrier();  // said before mpirun ends the others
  return line.status.value_or(2);
}

}  // namespace tenon::program
