// SPDX-License-Identifier: Apache-2.0
// What tests under mpirun include besides Tenon, compiled once.
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include "unit.hpp"
