// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mailroom {
class Server;
}

namespace mailroom::testing {

// What the server's first loop has read from its connections so far. For tests that
// send the next piece when the one before was read. Any thread, after Start().
uint64_t ReceivedBytes(Server& server);

}  // namespace mailroom::testing
