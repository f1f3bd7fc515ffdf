// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/testing/received_bytes.h"

#include "mailroom/server/hall/io_actor.h"
#include "mailroom/server/server.h"

namespace mailroom::testing {

uint64_t ReceivedBytes(Server& server) { return server.io_actor().hall().counters.bytes_in.get(); }

}  // namespace mailroom::testing
