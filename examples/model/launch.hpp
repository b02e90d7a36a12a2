// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the ranks of a program meet: under mpirun, or by TCP where each is a command of its own.
///   int main(int argc, char** argv) { return launch(argc, argv, app, options, run); }
#include <boost/mpi/environment.hpp>
#include <iostream>

#include <tenon/comm/failure.hpp>
#include <tenon/comm/mpi.hpp>
#include <tenon/model/tcp_host.hpp>

#include "../support/parse.hpp"
#include "options.hpp"

namespace tenon::program {

/// Whether this process is to meet others without mpirun.
inline bool meets_by_tcp(const ModelOptions& o) {
  if (!o.join.empty() || o.rank || o.ranks) return true;
  const Context said = context_from_environment();
  return said.rank_id && (said.rank_size || !said.rank_table_file.empty()) &&
         !std::getenv("OMPI_COMM_WORLD_RANK") && !std::getenv("PMI_RANK") &&
         !std::getenv("PMIX_RANK");
}

inline TcpHost tcp_host_of(const ModelOptions& o) {
  Context context;
  if (o.rank) context.rank_id = *o.rank;
  if (o.ranks) context.rank_size = *o.ranks;
  if (!o.config.empty()) context = context_from(read_config_file(o.config), context);
  return tcp_host(checked(context_from_environment(context)), o.join);
}

/// Reads the command line, then runs body(model, whether this is rank 0) on every rank.
/// @return the exit status: 2 of a wrong command line, 1 of an error, which is said once.
inline int launch(int argc, char** argv, CLI::App& app, const ModelOptions& o, auto&& body) {
  const CommandLine line(app, argc, argv);
  if (!line.status && meets_by_tcp(o)) {
    try {
      FileModel model(tcp_host_of(o));
      body(model, model.communication().rank() == 0);
      return 0;
    } catch (const std::exception& error) {  // each has a terminal of its own
      std::cerr << error.what() << std::endl;
      return 1;
    }
  }
  boost::mpi::environment mpi(argc, argv);
  const boost::mpi::communicator world;
  if (const auto status = ended_by(line, world)) return *status;
  return run_together(world, std::cerr, [&] {
    FileModel model(world);
    body(model, world.rank() == 0);
  });
}

}  // namespace tenon::program
