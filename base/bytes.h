// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mailroom {

// A borrowed run of bytes. Never owns; the function that returns one says how long it is
// valid.
using BytesView = std::string_view;

}  // namespace mailroom
