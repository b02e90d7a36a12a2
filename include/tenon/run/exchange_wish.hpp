// SPDX-License-Identifier: Apache-2.0
#pragma once
/// That all ranks ask for the same:  agree_on_wish(backend.exchange(), communication);
#include <tenon/backend/peer_memory.hpp>
#include <tenon/comm/communication.hpp>

namespace tenon::detail {

/// Collective. @throws Error on every rank where they were asked for different ways.
inline void agree_on_wish(DeviceExchange wish, Communication& communication) {
  if (!communication.agree(std::uint64_t(wish)))
    throw Error(
        "the ranks' devices are to exchange in different ways; legal: the same DeviceExchange on "
        "every rank");
}

}  // namespace tenon::detail
