// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mailroom {

// How a message is written: protobuf's binary form, its JSON mapping, or not at
// all (an in-process call moves the typed message).
enum class WireFormat : uint8_t { kProto = 0, kJson = 1, kTyped = 2 };

}  // namespace mailroom
